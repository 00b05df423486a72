#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spanhold::jaeger {

// A request to Jaeger as another program reads it: through the code generated from jaeger.thrift and
// model.proto. Ids in hex; tags and log fields as `key=TYPE:value`; references as
// `TYPE trace_id span_id`.
struct DecodedLog {
  uint64_t time_unix_nano = 0;
  std::vector<std::string> fields;

  bool operator==(const DecodedLog&) const = default;
};

struct DecodedSpan {
  std::string trace_id;
  std::string span_id;
  std::string name;
  std::vector<std::string> references;
  uint64_t flags = 0;
  uint64_t start_unix_nano = 0;
  uint64_t duration_nano = 0;
  std::vector<std::string> tags;
  std::vector<DecodedLog> logs;

  bool operator==(const DecodedSpan&) const = default;
};

struct DecodedBatch {
  std::string service;
  std::vector<std::string> process_tags;
  std::vector<DecodedSpan> spans;

  bool operator==(const DecodedBatch&) const = default;
};

// Fails the test when `bytes` are not exactly one request. Of a Thrift span, a parentSpanId that is
// no CHILD_OF reference stands among the references as `PARENT span_id`.
DecodedBatch DecodeThrift(std::string_view bytes);
DecodedBatch DecodeProto(std::string_view bytes);

// A request as the library writes what it read.
std::string RewriteThrift(std::string_view bytes);
std::string RewriteProto(std::string_view bytes);

}  // namespace spanhold::jaeger
