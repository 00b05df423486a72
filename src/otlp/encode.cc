#include "src/otlp/encode.h"

#include <bit>
#include <cstring>

#include "src/core/check.h"
#include "src/otlp/grouping.h"
#include "src/otlp/wire.h"

namespace spanhold::otlp {
namespace {

constexpr uint32_t kResourceSpansTag = MakeTag(1, WireType::kBytes);
constexpr uint32_t kScopeSpansTag = MakeTag(2, WireType::kBytes);

uint64_t VarintSize(uint64_t value) {
  return (static_cast<uint64_t>(std::bit_width(value | 1U)) + 6) / 7;
}

// Of a length-delimited field with a one-byte tag.
uint64_t FieldSize(uint64_t message_size) {
  return 1 + VarintSize(message_size) + message_size;
}

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

class Writer {
 public:
  explicit Writer(char* out) : out_(out) {}

  const char* position() const { return out_; }

  void WriteFieldStart(uint32_t tag, uint64_t message_size) {
    *out_++ = static_cast<char>(tag);
    for (; message_size >= 0x80; message_size >>= 7U) {
      *out_++ = static_cast<char>(message_size | 0x80U);
    }
    *out_++ = static_cast<char>(message_size);
  }

  void WriteHeader(HeaderRef ref) {
    for (uint32_t i = 0; i < ref.header->extent_count; ++i) {
      Write(ref.chunk->at(ref.chunk->header_extents[ref.header->first_extent + i]));
    }
  }

  void Write(std::string_view bytes) {
    std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
  }

 private:
  char* out_;
};

}  // namespace

Bytes Encode(const TraceBatch& batch, MemoryBudget& budget) {
  const std::vector<ResourceGroup> resources = GroupSpans(batch);
  uint64_t size = 0;
  for (const ResourceGroup& resource : resources) {
    size += FieldSize(MessageSize(resource));
  }
  Bytes request = Bytes::Allocate(budget.Reserve(size));
  Writer writer(request.data());
  for (const ResourceGroup& resource : resources) {
    writer.WriteFieldStart(kResourceSpansTag, MessageSize(resource));
    writer.WriteHeader(resource.header);
    for (const ScopeGroup& scope : resource.scopes) {
      writer.WriteFieldStart(kScopeSpansTag, MessageSize(scope));
      writer.WriteHeader(scope.header);
      for (const SpanRun& run : scope.runs) {
        writer.Write(run.entries());
      }
    }
  }
  SPANHOLD_CHECK(writer.position() == request.data() + size);
  return request;
}

}  // namespace spanhold::otlp
