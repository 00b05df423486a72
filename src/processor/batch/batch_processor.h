#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "src/core/clock.h"
#include "src/core/timers.h"
#include "src/pipeline/processor.h"
#include "src/pipeline/telemetry.h"
#include "src/processor/batch/config.h"

namespace spanhold::batch {

// Joins the spans of many requests into batches of a configured size.
//
// The open batch takes whole requests. It leaves when it holds `send_batch_size` spans, when
// `timeout` has passed since its first span came, and on Shutdown(). It leaves in one piece, or with
// `send_batch_max_size` in pieces of that size; after a leave for size the last piece, when it is
// smaller than `send_batch_size`, stays as the start of the next batch, so that under a steady
// stream batches are full.
//
// Threading: bound to the pipeline's worker; HeldSpans() is thread-safe.
// Ownership: `next`, `timers`, `clock` and `telemetry` must outlive it.
// Counts:    otelcol_processor_batch_batch_send_size, _batch_size_trigger_send,
//            _timeout_trigger_send, spanhold_processor_batches_sent{trigger},
//            otelcol_processor_incoming_items, _outgoing_items.
class BatchProcessor final : public Processor {
 public:
  BatchProcessor(const Config& config, const std::string& id, TraceConsumer& next, Timers& timers,
                 const Clock& clock, Telemetry& telemetry);

  [[nodiscard]] Status Start() override { return {}; }
  void Consume(TraceBatch batch) override;
  // After it each batch that comes leaves at once.
  [[nodiscard]] Status Shutdown(Deadline deadline) override;

  uint64_t HeldSpans() const override { return held_; }

 private:
  // A batch left because of ...
  struct Trigger {
    Counter& count;
    Counter& collector_count;
  };

  void StartTimer();
  void OnTimer();
  // Sends pieces while there are at least `until` spans, which is not 0.
  void Send(uint32_t until, const Trigger& trigger);

  // Constant after construction.
  const Config config_;
  TraceConsumer& next_;
  Timers& timers_;
  const Clock& clock_;
  Counter& incoming_;
  Counter& outgoing_;
  Histogram& sizes_;
  const Trigger by_size_;
  const Trigger by_timeout_;
  const Trigger by_shutdown_;

  bool waits_;  // whether a batch waits for more at all
  TraceBatch open_;
  TimePoint leave_at_;  // of open_, when it is not empty
  // At most one, due no later than leave_at_. It is not moved when a batch leaves early: a timer
  // that is too early for the batch then open schedules the next one.
  std::optional<TimerId> timer_;
  std::atomic<uint64_t> held_{0};
};

}  // namespace spanhold::batch
