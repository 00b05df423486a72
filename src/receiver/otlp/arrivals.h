#pragma once

#include <cstdint>

#include "src/core/clock.h"

namespace spanhold::otlp_receiver {

// How much a connection has sent of messages that are not complete yet: what it has received in all
// since a mark, less what has become of it.
//
// Asking the kernel takes 0.3 us, so the mark is not set anew for each read: while no
// read is open, an old one is good enough if not much can have come since that is no message.
//
// Threading: thread-compatible.
class Arrivals {
 public:
  // Whether Mark() is due before a read that begins when no other is open.
  bool MarkIsOld(TimePoint now) const { return now >= marked_ + kFresh; }
  void Mark(uint64_t received, TimePoint now) {
    received_ = received;
    complete_ = 0;
    marked_ = now;
  }

  // A message of `size` is complete.
  void Complete(uint64_t size) { complete_ += size + kHeaders; }

  // Bytes of open reads, when `received` have come in all.
  uint64_t Open(uint64_t received, TimePoint now) {
    const uint64_t since = received - received_;
    if (received < received_ || since <= complete_) {
      Mark(received, now);
      return 0;
    }
    return since - complete_;
  }

 private:
  static constexpr Duration kFresh = std::chrono::milliseconds(10);
  // Of a call: more than HTTP/2 takes for one after the first. What is too much, Open() puts right.
  static constexpr uint64_t kHeaders = 200;

  uint64_t received_ = 0;
  uint64_t complete_ = 0;
  TimePoint marked_;
};

}  // namespace spanhold::otlp_receiver
