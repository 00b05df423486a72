#include "src/otlp/encode.h"

#include <memory>
#include <vector>

#include "src/core/check.h"
#include "src/otlp/grouping.h"
#include "src/otlp/wire.h"
#include "src/otlp/wire_writer.h"

namespace spanhold::otlp {
namespace {

constexpr uint32_t kResourceSpansTag = MakeTag(1, WireType::kBytes);
constexpr uint32_t kScopeSpansTag = MakeTag(2, WireType::kBytes);

// A run of spans from this size on is not copied: sending one more piece costs less.
constexpr size_t kLeastShared = 16 << 10;

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

uint64_t RequestSize(const std::vector<ResourceGroup>& resources) {
  uint64_t size = 0;
  for (const ResourceGroup& resource : resources) {
    size += FieldSize(MessageSize(resource));
  }
  return size;
}

// Calls `function(std::string_view entries)` for each run of spans, in the order of the request.
template <typename Function>
void ForEachRun(const std::vector<ResourceGroup>& resources, Function&& function) {
  for (const ResourceGroup& resource : resources) {
    for (const ScopeGroup& scope : resource.scopes) {
      for (const SpanRun& run : scope.runs) {
        function(run.entries());
      }
    }
  }
}

// Writes all of a request but the runs of spans, for each of which it calls `write_run(entries)`.
template <typename WriteRun>
void WriteRequest(const std::vector<ResourceGroup>& resources, WireWriter& writer,
                  WriteRun&& write_run) {
  for (const ResourceGroup& resource : resources) {
    writer.WriteFieldStart(kResourceSpansTag, MessageSize(resource));
    WriteHeader(resource.header, writer);
    for (const ScopeGroup& scope : resource.scopes) {
      writer.WriteFieldStart(kScopeSpansTag, MessageSize(scope));
      WriteHeader(scope.header, writer);
      for (const SpanRun& run : scope.runs) {
        write_run(run.entries());
      }
    }
  }
}

// Keeps the chunks of `batch`.
std::shared_ptr<const void> OwnerOf(const TraceBatch& batch) {
  auto chunks = std::make_shared<std::vector<ChunkPtr>>();
  for (const BatchPart& part : batch.parts()) {
    chunks->push_back(part.chunk);
  }
  return chunks;
}

}  // namespace

Bytes Encode(const TraceBatch& batch, MemoryBudget& budget) {
  const std::vector<ResourceGroup> resources = GroupSpans(batch);
  const uint64_t size = RequestSize(resources);
  Bytes request = Bytes::Allocate(budget.Reserve(size));
  WireWriter writer(request.data());
  WriteRequest(resources, writer, [&writer](std::string_view entries) { writer.Write(entries); });
  SPANHOLD_CHECK(writer.position() == request.data() + size);
  return request;
}

Rope EncodeInPieces(const TraceBatch& batch, MemoryBudget& budget) {
  if (batch.span_bytes() <= kSmallRequest) {
    return Rope(Encode(batch, budget));
  }
  const std::vector<ResourceGroup> resources = GroupSpans(batch);
  uint64_t size = RequestSize(resources);
  ForEachRun(resources, [&size](std::string_view entries) {
    size -= entries.size() >= kLeastShared ? entries.size() : 0;
  });
  const auto written = std::make_shared<Bytes>(Bytes::Allocate(budget.Reserve(size)));
  const std::shared_ptr<const void> chunks = OwnerOf(batch);
  WireWriter writer(written->data());
  const char* begin = writer.position();
  Rope request;
  const auto end_piece = [&] {
    request.Append({begin, static_cast<size_t>(writer.position() - begin)}, written);
    begin = writer.position();
  };
  WriteRequest(resources, writer, [&](std::string_view entries) {
    if (entries.size() < kLeastShared) {
      writer.Write(entries);
    } else {
      end_piece();
      request.Append(entries, chunks);
    }
  });
  end_piece();
  SPANHOLD_CHECK(writer.position() == written->data() + size);
  return request;
}

}  // namespace spanhold::otlp
