#include "src/exporter/sending/lane_report.h"

#include <utility>
#include <vector>

#include <absl/time/time.h>

namespace spanhold::sending {
namespace {

// Seconds. From a backend on the same host to one at the end of its timeout (30 s over HTTP).
std::vector<double> DurationBounds() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

// "1.25s", "2m3s": for a person to read.
std::string Text(Duration duration) {
  return absl::FormatDuration(absl::Trunc(absl::FromChrono(duration), absl::Milliseconds(1)));
}

}  // namespace

LaneReport::LaneReport(std::string exporter, int64_t capacity, const Clock& clock,
                       Telemetry& telemetry)
    : exporter_(std::move(exporter)),
      clock_(clock),
      queue_size_(telemetry.AddGauge("otelcol_exporter_queue_size",
                                     "What an exporter holds, in the unit of its queue's sizer.",
                                     {{"exporter", exporter_}, {"data_type", "traces"}})),
      queue_bytes_(telemetry.AddGauge("spanhold_exporter_queue_bytes",
                                      "Bytes of the spans that an exporter holds.",
                                      {{"exporter", exporter_}})),
      in_flight_(telemetry.AddGauge("otelcol_exporter_in_flight_requests",
                                    "Requests that wait for the backend's answer.",
                                    {{"exporter", exporter_}, {"data_type", "traces"}})),
      enqueue_failed_(telemetry.AddCounter("otelcol_exporter_enqueue_failed_spans",
                                           "Spans dropped because a sending queue was full.",
                                           {{"exporter", exporter_}})),
      retries_(telemetry.AddCounter("spanhold_exporter_retries",
                                    "Requests made again after a failure.",
                                    {{"exporter", exporter_}})),
      request_duration_(telemetry.AddHistogram("spanhold_exporter_request_duration_seconds",
                                               "From sending a request to its outcome.",
                                               {{"exporter", exporter_}}, DurationBounds())),
      retry_log_(clock),
      recovery_log_(clock),
      partial_log_(clock),
      rejected_log_(clock),
      too_large_log_(clock),
      gave_up_log_(clock),
      full_log_(clock),
      not_running_log_(clock) {
  telemetry
      .AddGauge("otelcol_exporter_queue_capacity",
                "How much an exporter may hold, in the unit of its queue's sizer.",
                {{"exporter", exporter_}, {"data_type", "traces"}})
      .Add(capacity);
}

void LaneReport::Held(int64_t size, int64_t span_bytes) {
  queue_size_.Add(size);
  queue_bytes_.Add(span_bytes);
}

void LaneReport::AttemptBegan(bool again) {
  in_flight_.Add(1);
  retries_.Add(again ? 1 : 0);
}

void LaneReport::AttemptEnded(Duration took) {
  in_flight_.Add(-1);
  request_duration_.Observe(std::chrono::duration<double>(took).count());
}

Duration LaneReport::Note(Problem problem, std::string_view error) {
  const TimePoint now = clock_.Now();
  const MutexLock lock(mutex_);
  if (problem_ != problem) {
    problem_ = problem;
    problem_since_ = now;
  }
  last_error_ = error;
  return now - problem_since_;
}

std::optional<Trouble> LaneReport::trouble() const {
  const TimePoint now = clock_.Now();
  const MutexLock lock(mutex_);
  if (!problem_) {
    return std::nullopt;
  }
  return Trouble{now - problem_since_, *problem_ == Problem::kAway
                                           ? "the backend does not take spans: " + last_error_
                                           : "the backend refuses spans for good, and they are "
                                             "counted as rejected: " +
                                                 last_error_};
}

void LaneReport::Delivered(const SendResult& result) {
  const TimePoint now = clock_.Now();
  std::optional<Duration> was_away;
  {
    const MutexLock lock(mutex_);
    if (problem_ == Problem::kAway) {
      was_away = now - problem_since_;
    }
    problem_.reset();
  }
  if (was_away) {
    recovery_log_.Log(LogLevel::kInfo, exporter_, "delivering again", {{"after", Text(*was_away)}});
  }
  if (result.rejected_spans > 0) {
    Note(Problem::kRefuses, result.message);
    partial_log_.Log(LogLevel::kWarn, exporter_, "the backend threw away spans of a batch it took",
                     {{"spans", result.rejected_spans}, {"message", result.message}});
  } else if (!result.message.empty()) {
    partial_log_.Log(LogLevel::kWarn, exporter_, "the backend took a batch with a warning",
                     {{"message", result.message}});
  }
}

void LaneReport::Failing(const Status& error, uint64_t spans_held) {
  const Duration failing_for = Note(Problem::kAway, MessageOf(error));
  retry_log_.Log(
      LogLevel::kWarn, exporter_, "the backend does not take spans; trying again",
      {{"error", error}, {"spans_waiting", spans_held}, {"failing_for", Text(failing_for)}});
}

void LaneReport::Rejected(const Status& error, uint64_t spans) {
  Note(Problem::kRefuses, MessageOf(error));
  rejected_log_.Log(LogLevel::kError, exporter_, "the backend refused spans for good",
                    {{"error", error}, {"spans", spans}});
}

void LaneReport::TooLarge(const Status& error, uint64_t spans) {
  too_large_log_.Log(LogLevel::kWarn, exporter_,
                     "the backend calls a batch too large; sending it in halves. Smaller batches "
                     "(batch.send_batch_max_size) spare the detour",
                     {{"error", error}, {"spans", spans}});
}

void LaneReport::GaveUp(const Status& error, uint64_t spans) {
  const Duration failing_for = Note(Problem::kAway, MessageOf(error));
  gave_up_log_.Log(LogLevel::kError, exporter_,
                   "spans dropped: no attempt is left; see retry_on_failure",
                   {{"error", error}, {"spans", spans}, {"failing_for", Text(failing_for)}});
}

void LaneReport::QueueFull(uint64_t spans) {
  enqueue_failed_.Add(spans);
  full_log_.Log(LogLevel::kError, exporter_,
                "spans dropped: the sending queue is full, by sending_queue.queue_size or by a "
                "quarter of service.memory.limit; raise it, or let the clients wait with "
                "block_on_overflow: true",
                {{"spans", spans}});
}

void LaneReport::NotRunning(uint64_t spans) {
  if (spans == 0) {
    return;  // the journal keeps all of them
  }
  not_running_log_.Log(LogLevel::kError, exporter_,
                       "spans dropped: they came while the exporter was not running",
                       {{"spans", spans}});
}

void LaneReport::LeftAtShutdown(uint64_t dropped, uint64_t kept) {
  if (dropped > 0) {
    Log(LogLevel::kError, exporter_,
        "spans dropped: the backend had not taken them when the time to shut down was over",
        {{"spans", dropped}});
  }
  if (kept > 0) {
    Log(LogLevel::kInfo, exporter_, "kept in the journal for the next start", {{"spans", kept}});
  }
}

}  // namespace spanhold::sending
