#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "src/core/bytes.h"

namespace spanhold::otlp {

// A stretch of Chunk::bytes.
struct Extent {
  uint32_t begin = 0;
  uint32_t end = 0;

  uint32_t size() const { return end - begin; }
};

// The part of a ResourceSpans or ScopeSpans that its spans share: every field but the repeated
// `scope_spans` or `spans` (number 2 in both messages), unknown fields included, tags included.
// Usually one extent; two when a schema_url follows the spans. Written one after another they are
// a valid start of the same message.
struct Header {
  uint32_t first_extent = 0;  // into Chunk::header_extents
  uint32_t extent_count = 0;
  uint32_t size = 0;  // bytes of all its extents
  uint64_t hash = 0;  // of these bytes, in order: equal bytes, equal hash
};

// An InstrumentationScope's header and the resource it belongs to.
struct Scope {
  Header header;
  uint32_t resource = 0;  // into Chunk::resources
};

// One span: where its message is and what every stage asks for.
struct Span {
  uint32_t entry = 0;  // begin of the field (tag and length) in its ScopeSpans
  Extent message;      // the Span message itself; message.end is the end of the field too
  uint32_t scope = 0;  // into Chunk::scopes
  // Begin of the 16 bytes of the trace id; 0, which no field starts at, when the span has none.
  uint32_t trace_id = 0;
};

// One received request: its wire bytes (an ExportTraceServiceRequest, which is also a TracesData)
// and an index of its spans. Made by Decode(), which has validated all of it: no later stage meets
// a parse error.
//
// Spans of one scope stand one after another in `spans`, in wire order.
//
// Threading: immutable once made; shared as ChunkPtr by every batch that selects its spans. The
// last of them frees it and its bytes' reservation.
struct Chunk {
  Bytes bytes;
  std::vector<Extent> header_extents;
  std::vector<Header> resources;
  std::vector<Scope> scopes;
  std::vector<Span> spans;

  std::string_view at(Extent extent) const {
    return bytes.view().substr(extent.begin, extent.size());
  }
  std::string_view span_message(uint32_t index) const { return at(spans[index].message); }
  // Tag and length included: copied as it is into another ScopeSpans.
  std::string_view span_entry(uint32_t index) const {
    return at({spans[index].entry, spans[index].message.end});
  }
  // 16 bytes, or empty.
  std::string_view trace_id(uint32_t index) const {
    const uint32_t begin = spans[index].trace_id;
    return begin == 0 ? std::string_view() : bytes.view().substr(begin, 16);
  }
};

using ChunkPtr = std::shared_ptr<const Chunk>;

}  // namespace spanhold::otlp
