#pragma once

#include <cstdint>
#include <string>

#include "src/config/fields.h"
#include "src/core/clock.h"

namespace spanhold::sending {

// `sending_queue`: the Collector's keys (exporterhelper), with one default of our own.
struct QueueConfig {
  enum class Sizer { kRequests, kItems, kBytes };

  bool enabled = true;         // false: one batch at a time, and the pipeline waits for it
  int64_t num_consumers = 10;  // requests in flight
  int64_t queue_size = 1000;   // in units of `sizer`
  Sizer sizer = Sizer::kRequests;
  // Ours: a full queue holds back the clients instead of dropping what was acknowledged.
  bool block_on_overflow = true;
  std::string storage;  // id of the extension that keeps the queue on disk; "": in memory

  void Describe(config::Fields& fields);
};

// `retry_on_failure`: the Collector's keys (configretry), with one default of our own.
struct RetryConfig {
  bool enabled = true;
  Duration initial_interval = std::chrono::seconds(5);
  double randomization_factor = 0.5;
  double multiplier = 1.5;
  Duration max_interval = std::chrono::seconds(30);
  // Ours: 0, without end. The Collector gives up after 5 minutes and drops.
  Duration max_elapsed_time = Duration::zero();

  void Describe(config::Fields& fields);
};

// The keys that every sending exporter shares.
struct SendingConfig {
  Duration timeout = std::chrono::seconds(5);
  QueueConfig sending_queue;
  RetryConfig retry_on_failure;

  // The storage extension, "" when there is none to use.
  std::string StorageId() const { return sending_queue.enabled ? sending_queue.storage : ""; }

  // `timeout`, `sending_queue` and `retry_on_failure`.
  void Describe(config::Fields& fields);
};

}  // namespace spanhold::sending
