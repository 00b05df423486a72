#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

#include "bench/load/request_source.h"
#include "bench/load/transport.h"
#include "bench/numbered/acked_file.h"
#include "src/core/clock.h"

namespace spanhold::bench {

struct Plan {
  SpanRange spans;
  uint32_t per_request = 512;
  size_t lanes = 4;
  double spans_per_second = 0;  // 0: each lane sends again as soon as it has its answer
  Duration duration = Duration::max();
  // How often one request is sent while its target asks for that (UNAVAILABLE, 429, 503 ...).
  uint32_t attempts = 100;
  // Sends on, without end, while the target is away; else what has no answer has failed.
  bool keep_going = false;
  // For the answers that are open when all is sent, or the time is over.
  Duration drain = std::chrono::seconds(30);
};

// Spans, unless it says otherwise.
struct LoadReport {
  uint64_t sent = 0;
  uint64_t acked = 0;
  uint64_t refused = 0;    // for good, or too often
  uint64_t failed = 0;     // without an answer
  uint64_t rejected = 0;   // of the acknowledged ones, by a partial success
  uint64_t uncertain = 0;  // sent again although the first attempt may have been taken
  uint64_t retried_requests = 0;
  std::string refusal;  // the last one
  double seconds = 0;
  std::vector<float> ack_ms;  // of each acknowledged request, from the time it was meant to be sent
  std::vector<float> start_ms;  // at a fixed rate: how late it was sent
};

// Sends numbered requests as planned.
//
// Threading: bound to the thread that calls Run().
class Sender {
 public:
  // `stop`: set by a signal. All must outlive the sender.
  Sender(const Plan& plan, RequestSource& source, Transport& transport, AckedFile& acked,
         const Clock& clock, const std::atomic<bool>& stop);

  LoadReport Run();

 private:
  // A request and where it stands.
  struct Lane {
    uint64_t first = 0;
    TimePoint due;  // when it was meant to be sent
    uint32_t attempts = 0;
  };

  bool HasMore(TimePoint now) const;
  TimePoint NextDue() const;
  void SendDue(TimePoint now);
  void SendNext(TimePoint now);
  void Attempt(size_t lane);
  void ResendDue(TimePoint now);
  void OnAnswer(const Answer& answer);
  bool IsToBeSentAgain(const Answer& answer, const Lane& lane) const;
  TimePoint WakeUp(bool more) const;

  const Plan plan_;
  RequestSource& source_;
  Transport& transport_;
  AckedFile& acked_;
  const Clock& clock_;
  const std::atomic<bool>& stop_;
  TimePoint start_;
  TimePoint poll_;
  uint64_t requests_ = 0;  // begun so far
  std::vector<Lane> lanes_;
  std::vector<size_t> free_;
  std::multimap<TimePoint, size_t> waiting_;  // lanes whose request is to be sent again
  LoadReport report_;
};

}  // namespace spanhold::bench
