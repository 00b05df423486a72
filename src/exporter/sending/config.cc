#include "src/exporter/sending/config.h"

#include <limits>

namespace spanhold::sending {
namespace {

constexpr int64_t kMinInt = std::numeric_limits<int64_t>::min();
constexpr int64_t kMaxInt = std::numeric_limits<int64_t>::max();

}  // namespace

// The ranges are left open where the Collector has a message of its own for them.
void QueueConfig::Describe(config::Fields& fields) {
  fields.Bool({"enabled", "false: no queue; one batch at a time, and the pipeline waits for it"},
              enabled);
  fields.Int({"num_consumers", "batches in flight or waiting for their next attempt"},
             num_consumers, kMinInt, kMaxInt);
  fields.Int({"queue_size", "how much may wait behind them, in units of `sizer`"}, queue_size,
             kMinInt, kMaxInt);
  config::OneOf(fields, {"sizer", "unit of queue_size: batches, spans, or bytes of spans"}, sizer,
                {{"requests", static_cast<int>(Sizer::kRequests)},
                 {"items", static_cast<int>(Sizer::kItems)},
                 {"bytes", static_cast<int>(Sizer::kBytes)}});
  fields.Bool({"block_on_overflow",
               "a full queue holds back the clients (true) or drops what is new (false)"},
              block_on_overflow);
  fields.Refused({"wait_for_result", "answer clients when the backend has"},
                 "an OK means that the spans are held and will be counted to their end; to hold "
                 "back clients while the backend is slow use block_on_overflow: true, the default");
  fields.String({"storage", "id of a file_storage extension: the queue is kept on disk"}, storage);
  fields.Refused({"batch", "merge batches in the queue"},
                 "use the batch processor: send_batch_size, timeout and send_batch_max_size");
  fields.Check("num_consumers", !enabled || num_consumers > 0, "`num_consumers` must be positive");
  fields.Check("queue_size", !enabled || queue_size > 0, "`queue_size` must be positive");
}

void RetryConfig::Describe(config::Fields& fields) {
  fields.Bool({"enabled", "false: one attempt, and a batch it fails for is dropped"}, enabled);
  fields.Time({"initial_interval", "wait after the first failure"}, initial_interval);
  fields.Double({"randomization_factor", "spreads each wait by up to this share of it"},
                randomization_factor, -std::numeric_limits<double>::max(),
                std::numeric_limits<double>::max());
  fields.Double({"multiplier", "by how much each wait is longer than the one before"}, multiplier,
                -std::numeric_limits<double>::max(), std::numeric_limits<double>::max());
  fields.Time({"max_interval", "the longest wait, unless the backend names a longer one"},
              max_interval);
  fields.Time({"max_elapsed_time", "give up and drop after this time; 0: never"}, max_elapsed_time);
  fields.Check("randomization_factor",
               !enabled || (randomization_factor >= 0 && randomization_factor <= 1),
               "'randomization_factor' must be within [0, 1]");
  fields.Check("multiplier", !enabled || multiplier >= 0, "'multiplier' must be non-negative");
  const bool bounded = enabled && max_elapsed_time > Duration::zero();
  fields.Check("max_elapsed_time", !bounded || max_elapsed_time >= initial_interval,
               "'max_elapsed_time' must not be less than 'initial_interval'");
  fields.Check("max_elapsed_time", !bounded || max_elapsed_time >= max_interval,
               "'max_elapsed_time' must not be less than 'max_interval'");
}

void SendingConfig::Describe(config::Fields& fields) {
  fields.Time({"timeout", "of one attempt; 0: a day"}, timeout);
  fields.Section({"sending_queue", "what waits for the backend"},
                 [this](config::Fields& section) { sending_queue.Describe(section); });
  fields.Section({"retry_on_failure", "attempts after the first"},
                 [this](config::Fields& section) { retry_on_failure.Describe(section); });
}

}  // namespace spanhold::sending
