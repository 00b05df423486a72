#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spanhold::bench {

enum class Format { kProtobuf, kJson };

// An OTLP request of realistic spans: a web framework's server spans of about 380 bytes, which
// differ in route, client and times, under one resource for each 128 of them. It is written once;
// then only the ids are changed, which costs a few nanoseconds a span.
//
// Threading: thread-compatible. A copy is another request with the same content.
class NumberedRequest {
 public:
  NumberedRequest(Format format, uint32_t spans);

  // The request with the spans numbered [first, first + spans), four to a trace; the view lives
  // until the next call. Ids follow from the numbers alone (span_number.h).
  std::string_view Number(uint64_t first);

  uint32_t spans() const { return static_cast<uint32_t>(span_ids_.size()); }

 private:
  void FindIds();

  Format format_;
  std::string bytes_;
  std::vector<size_t> trace_ids_;  // where each span's ids stand in `bytes_`
  std::vector<size_t> span_ids_;
};

}  // namespace spanhold::bench
