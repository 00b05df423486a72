#include "src/otlp/encode.h"

#include "src/core/check.h"
#include "src/otlp/grouping.h"
#include "src/otlp/wire.h"
#include "src/otlp/wire_writer.h"

namespace spanhold::otlp {
namespace {

constexpr uint32_t kResourceSpansTag = MakeTag(1, WireType::kBytes);
constexpr uint32_t kScopeSpansTag = MakeTag(2, WireType::kBytes);

uint64_t MessageSize(const ScopeGroup& group) {
  return group.header.header->size + group.entry_bytes;
}

uint64_t MessageSize(const ResourceGroup& group) {
  uint64_t size = group.header.header->size;
  for (const ScopeGroup& scope : group.scopes) {
    size += FieldSize(MessageSize(scope));
  }
  return size;
}

void WriteHeader(HeaderRef ref, WireWriter& writer) {
  for (uint32_t i = 0; i < ref.header->extent_count; ++i) {
    writer.Write(ref.chunk->at(ref.chunk->header_extents[ref.header->first_extent + i]));
  }
}

}  // namespace

Bytes Encode(const TraceBatch& batch, MemoryBudget& budget) {
  const std::vector<ResourceGroup> resources = GroupSpans(batch);
  uint64_t size = 0;
  for (const ResourceGroup& resource : resources) {
    size += FieldSize(MessageSize(resource));
  }
  Bytes request = Bytes::Allocate(budget.Reserve(size));
  WireWriter writer(request.data());
  for (const ResourceGroup& resource : resources) {
    writer.WriteFieldStart(kResourceSpansTag, MessageSize(resource));
    WriteHeader(resource.header, writer);
    for (const ScopeGroup& scope : resource.scopes) {
      writer.WriteFieldStart(kScopeSpansTag, MessageSize(scope));
      WriteHeader(scope.header, writer);
      for (const SpanRun& run : scope.runs) {
        writer.Write(run.entries());
      }
    }
  }
  SPANHOLD_CHECK(writer.position() == request.data() + size);
  return request;
}

}  // namespace spanhold::otlp
