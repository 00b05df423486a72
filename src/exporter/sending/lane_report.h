#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/core/clock.h"
#include "src/core/log.h"
#include "src/core/mutex.h"
#include "src/core/status.h"
#include "src/exporter/sending/transport.h"
#include "src/pipeline/ledger.h"
#include "src/pipeline/telemetry.h"

namespace spanhold::sending {

// What a lane says about itself: its metrics and its log lines. Whatever a backend can cause
// repeatedly is limited to one line a minute for each kind.
//
// Counts: otelcol_exporter_queue_size, _queue_capacity, _in_flight_requests, _enqueue_failed_spans,
//         spanhold_exporter_queue_bytes, _retries, _request_duration_seconds.
//
// Threading: thread-safe. Ownership: `clock` and `telemetry` must outlive it.
class LaneReport {
 public:
  // `capacity` in the unit of the queue's sizer.
  LaneReport(std::string exporter, int64_t capacity, const Clock& clock, Telemetry& telemetry);

  // The lane holds that much more; less when negative.
  void Held(int64_t size, int64_t span_bytes);

  void AttemptBegan(bool again);
  void AttemptEnded(Duration took);

  // The backend took a batch; `result` may carry what it has to say about it.
  void Delivered(const SendResult& result);
  // An attempt failed and is to be made again. `spans_held`: of the whole lane.
  void Failing(const Status& error, uint64_t spans_held);

  void Rejected(const Status& error, uint64_t spans);
  // A batch of `spans` goes out again in halves.
  void TooLarge(const Status& error, uint64_t spans);
  void GaveUp(const Status& error, uint64_t spans);
  void QueueFull(uint64_t spans);
  void NotRunning(uint64_t spans);
  // What was left when time was over: lost, or kept in the journal.
  void LeftAtShutdown(uint64_t dropped, uint64_t kept);

  // From the first attempt that came to nothing to the next batch that is taken.
  std::optional<Trouble> trouble() const;

 private:
  enum class Problem { kAway, kRefuses };

  // Begins a problem, unless it is there already, and returns for how long it has been.
  Duration Note(Problem problem, std::string_view error);

  const std::string exporter_;
  const Clock& clock_;
  Gauge& queue_size_;
  Gauge& queue_bytes_;
  Gauge& in_flight_;
  Counter& enqueue_failed_;
  Counter& retries_;
  Histogram& request_duration_;

  LogLimiter retry_log_;
  LogLimiter recovery_log_;
  LogLimiter partial_log_;
  LogLimiter rejected_log_;
  LogLimiter too_large_log_;
  LogLimiter gave_up_log_;
  LogLimiter full_log_;
  LogLimiter not_running_log_;

  mutable Mutex mutex_;
  std::optional<Problem> problem_ SPANHOLD_GUARDED_BY(mutex_);
  TimePoint problem_since_ SPANHOLD_GUARDED_BY(mutex_);
  std::string last_error_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold::sending
