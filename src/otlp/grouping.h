#pragma once

#include <cstdint>
#include <vector>

#include <absl/container/inlined_vector.h>

#include "src/otlp/chunk.h"
#include "src/otlp/trace_batch.h"

namespace spanhold::otlp {

// A header and the chunk it is in.
struct HeaderRef {
  const Chunk* chunk = nullptr;
  const Header* header = nullptr;
};

// Of two headers with as many bytes.
bool HaveSameBytes(HeaderRef a, HeaderRef b);

// The hash only makes that fast.
inline bool SameBytes(HeaderRef a, HeaderRef b) {
  return a.header == b.header || (a.header->hash == b.header->hash &&
                                  a.header->size == b.header->size && HaveSameBytes(a, b));
}

// Spans of one scope that follow one another in their chunk without anything in between.
struct SpanRun {
  const Chunk* chunk = nullptr;
  SpanRange spans;

  // Their fields, tags and lengths included.
  std::string_view entries() const {
    return chunk->at({chunk->spans[spans.first].entry, chunk->spans[spans.last - 1].message.end});
  }
};

struct ScopeGroup {
  HeaderRef header;
  uint64_t entry_bytes = 0;  // of all runs
  absl::InlinedVector<SpanRun, 1> runs;
};

struct ResourceGroup {
  HeaderRef header;
  absl::InlinedVector<ScopeGroup, 1> scopes;
};

// The spans of `batch` under one group for each distinct resource (by its bytes), and within it
// for each distinct scope; the first appearance decides the order. It points into the batch's
// chunks.
std::vector<ResourceGroup> GroupSpans(const TraceBatch& batch);

}  // namespace spanhold::otlp
