#include "src/otlp/rewrite.h"

#include <limits>
#include <memory>
#include <utility>

#include <absl/container/inlined_vector.h>

#include "src/core/check.h"
#include "src/otlp/wire.h"
#include "src/otlp/wire_writer.h"

namespace spanhold::otlp {
namespace {

constexpr uint32_t kResourceSpansTag = MakeTag(1, WireType::kBytes);
constexpr uint32_t kChildTag = MakeTag(2, WireType::kBytes);
constexpr uint32_t kTraceStateTag = MakeTag(3, WireType::kBytes);

// A span without its tracestate, in order, and how large it will be with the new one.
struct NewSpan {
  const TraceStateChange* change = nullptr;
  absl::InlinedVector<Extent, 2> kept;
  uint64_t size = 0;
};

NewSpan Plan(const Chunk& chunk, const TraceStateChange& change) {
  const Extent message = chunk.spans[change.span].message;
  NewSpan span;
  span.change = &change;
  span.size = change.trace_state.empty() ? 0 : FieldSize(change.trace_state.size());
  const auto keep = [&span](uint32_t begin, uint32_t end) {
    if (begin != end) {
      span.kept.push_back({begin, end});
      span.size += end - begin;
    }
  };
  uint32_t begin = message.begin;
  WireCursor cursor(chunk.at(message));
  const auto offset = [&] {
    return message.begin + static_cast<uint32_t>(cursor.position() - chunk.at(message).data());
  };
  while (!cursor.done()) {
    const uint32_t entry = offset();
    uint32_t tag = 0;
    SPANHOLD_CHECK(cursor.ReadTag(tag) && cursor.Skip(WireTypeOf(tag)));
    if (tag == kTraceStateTag) {
      keep(begin, entry);
      begin = offset();
    }
  }
  keep(begin, message.end);
  return span;
}

// Calls `function` with each longest run of spans that have the same `key(span)`.
template <typename Key, typename Function>
void ForEachRun(std::span<const NewSpan> spans, Key key, Function function) {
  while (!spans.empty()) {
    size_t count = 1;
    while (count < spans.size() && key(spans[count]) == key(spans[0])) {
      ++count;
    }
    function(spans.first(count));
    spans = spans.subspan(count);
  }
}

// Spans of one scope stand together in a chunk, and so do scopes of one resource: each header is
// written once, as in the source.
class Rewriter {
 public:
  Rewriter(const Chunk& source, std::span<const TraceStateChange> changes) : source_(source) {
    spans_.reserve(changes.size());
    for (const TraceStateChange& change : changes) {
      spans_.push_back(Plan(source, change));
    }
  }

  ChunkPtr Write(MemoryBudget& budget) {
    uint64_t size = 0;
    ForEachResource([&](Run run) { size += FieldSize(ResourceSpansSize(run)); });
    SPANHOLD_CHECK(size <= std::numeric_limits<uint32_t>::max());
    chunk_->bytes = Bytes::Allocate(budget.Reserve(size));
    chunk_->spans.reserve(spans_.size());
    WireWriter writer(chunk_->bytes.data());
    ForEachResource([&](Run run) { WriteResourceSpans(run, writer); });
    SPANHOLD_CHECK(Offset(writer) == size);
    return std::move(chunk_);
  }

 private:
  using Run = std::span<const NewSpan>;

  uint32_t ScopeOf(const NewSpan& span) const { return source_.spans[span.change->span].scope; }
  uint32_t ResourceOf(const NewSpan& span) const { return source_.scopes[ScopeOf(span)].resource; }

  template <typename Function>
  void ForEachResource(Function function) const {
    ForEachRun(
        spans_, [this](const NewSpan& span) { return ResourceOf(span); }, function);
  }
  template <typename Function>
  void ForEachScope(Run run, Function function) const {
    ForEachRun(
        run, [this](const NewSpan& span) { return ScopeOf(span); }, function);
  }

  uint64_t ResourceSpansSize(Run run) const {
    uint64_t size = source_.resources[ResourceOf(run[0])].size;
    ForEachScope(run, [&](Run scope_run) { size += FieldSize(ScopeSpansSize(scope_run)); });
    return size;
  }

  uint64_t ScopeSpansSize(Run run) const {
    uint64_t size = source_.scopes[ScopeOf(run[0])].header.size;
    for (const NewSpan& span : run) {
      size += FieldSize(span.size);
    }
    return size;
  }

  void WriteResourceSpans(Run run, WireWriter& writer) {
    writer.WriteFieldStart(kResourceSpansTag, ResourceSpansSize(run));
    chunk_->resources.push_back(WriteHeader(source_.resources[ResourceOf(run[0])], writer));
    ForEachScope(run, [&](Run scope_run) { WriteScopeSpans(scope_run, writer); });
  }

  void WriteScopeSpans(Run run, WireWriter& writer) {
    writer.WriteFieldStart(kChildTag, ScopeSpansSize(run));
    Scope scope;
    scope.header = WriteHeader(source_.scopes[ScopeOf(run[0])].header, writer);
    scope.resource = static_cast<uint32_t>(chunk_->resources.size() - 1);
    chunk_->scopes.push_back(scope);
    for (const NewSpan& span : run) {
      WriteSpan(span, writer);
    }
  }

  // The header in the new chunk: the same bytes, so the same hash, and always in one piece.
  Header WriteHeader(const Header& header, WireWriter& writer) {
    Header copy = header;
    copy.first_extent = static_cast<uint32_t>(chunk_->header_extents.size());
    copy.extent_count = header.size == 0 ? 0 : 1;
    const uint32_t begin = Offset(writer);
    for (uint32_t i = 0; i < header.extent_count; ++i) {
      writer.Write(source_.at(source_.header_extents[header.first_extent + i]));
    }
    if (header.size != 0) {
      chunk_->header_extents.push_back({begin, Offset(writer)});
    }
    return copy;
  }

  void WriteSpan(const NewSpan& span, WireWriter& writer) {
    const uint32_t old_trace_id = source_.spans[span.change->span].trace_id;
    Span copy;
    copy.scope = static_cast<uint32_t>(chunk_->scopes.size() - 1);
    copy.entry = Offset(writer);
    writer.WriteFieldStart(kChildTag, span.size);
    copy.message.begin = Offset(writer);
    for (const Extent& kept : span.kept) {
      if (old_trace_id >= kept.begin && old_trace_id < kept.end) {
        copy.trace_id = Offset(writer) + (old_trace_id - kept.begin);
      }
      writer.Write(source_.at(kept));
    }
    if (const std::string& trace_state = span.change->trace_state; !trace_state.empty()) {
      writer.WriteFieldStart(kTraceStateTag, trace_state.size());
      writer.Write(trace_state);
    }
    copy.message.end = Offset(writer);
    chunk_->spans.push_back(copy);
  }

  uint32_t Offset(const WireWriter& writer) const {
    return static_cast<uint32_t>(writer.position() - chunk_->bytes.view().data());
  }

  const Chunk& source_;
  std::vector<NewSpan> spans_;
  std::shared_ptr<Chunk> chunk_ = std::make_shared<Chunk>();
};

}  // namespace

BatchPart ReplaceTraceStates(const BatchPart& part, std::span<const TraceStateChange> changes,
                             MemoryBudget& budget) {
  SPANHOLD_CHECK(!changes.empty());
  const auto count = static_cast<uint32_t>(changes.size());
  return {Rewriter(*part.chunk, changes).Write(budget), part.settlement, {{0, count}}};
}

}  // namespace spanhold::otlp
