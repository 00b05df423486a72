#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/numbered/numbered_request.h"
#include "src/compress/compress.h"
#include "src/core/memory_budget.h"

namespace spanhold::bench {

struct RequestShape {
  Format format = Format::kProtobuf;
  compress::Encoding encoding = compress::Encoding::kIdentity;
  uint32_t spans = 512;
};

// The bodies that are sent. Making one has to cost less than what it is sent to: without compression
// the ids of a finished request are changed; with it, the first requests are compressed before the
// clock starts, and only those after them while it runs.
//
// Threading: thread-compatible.
class RequestSource {
 public:
  // Up to `lanes` bodies are in use at a time.
  RequestSource(const RequestShape& shape, size_t lanes);

  // Makes those with the spans [first, first + spans) ahead, if they are to be compressed, in up to
  // 2 GiB.
  void Prepare(uint64_t first, uint64_t spans);

  // The request whose first span is `first`. The view lives until the next call with this lane.
  std::string_view Body(size_t lane, uint64_t first);

 private:
  const RequestShape shape_;
  MemoryBudget budget_;
  std::vector<NumberedRequest> requests_;  // one a lane
  std::vector<Bytes> compressed_;          // one a lane
  uint64_t first_prepared_ = 0;
  std::vector<Bytes> prepared_;
};

}  // namespace spanhold::bench
