#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Jaeger's data model, as both of its protocols carry it: what translate.h makes of OTLP, and what
// the encoders write. Texts point into the chunk or into `made`; both must outlive them.
//
// Threading: plain data.
namespace spanhold::jaeger {

struct Binary {
  std::string_view bytes;
};

struct Tag {
  std::string_view key;
  std::variant<std::string_view, bool, int64_t, double, Binary> value;
};

struct TraceId {
  uint64_t high = 0;
  uint64_t low = 0;
};

struct Reference {
  enum class Type { kChildOf, kFollowsFrom };

  TraceId trace_id;
  uint64_t span_id = 0;
  Type type = Type::kFollowsFrom;
};

struct LogEntry {
  uint64_t time_unix_nano = 0;
  size_t field_count = 0;  // the next ones of Span::log_fields
};

struct Process {
  std::string_view service_name;
  std::vector<Tag> tags;
  std::forward_list<std::string> made;  // texts that stand nowhere in the request
};

struct Span {
  TraceId trace_id;
  uint64_t span_id = 0;
  uint64_t parent_span_id = 0;  // 0: a root; else the first reference says it too
  std::string_view operation_name;
  std::vector<Reference> references;
  bool sampled = false;
  uint64_t start_unix_nano = 0;
  uint64_t duration_nano = 0;
  std::vector<Tag> tags;
  std::vector<LogEntry> logs;
  std::vector<Tag> log_fields;  // of one log after the other
  std::forward_list<std::string> made;
};

}  // namespace spanhold::jaeger
