#include "src/otlp/decode.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include <absl/container/inlined_vector.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "src/otlp/locate.h"
#include "src/otlp/plain_attribute.h"
#include "src/otlp/schema.h"
#include "src/otlp/utf8.h"
#include "src/otlp/wire.h"

namespace spanhold::otlp {
namespace {

// Messages below the request. protobuf's own default limit: what is nested deeper would be refused
// by backends that parse it, and with it the whole batch it travels in.
constexpr int kMaxDepth = 100;

// The bytes of a span in most requests, for a first guess of how many there are.
constexpr size_t kTypicalSpanSize = 256;

// `scope_spans` in ResourceSpans and `spans` in ScopeSpans.
constexpr uint32_t kChildTag = MakeTag(2, WireType::kBytes);
constexpr uint32_t kResourceSpansTag = MakeTag(1, WireType::kBytes);
constexpr uint32_t kSpanTraceIdTag = MakeTag(1, WireType::kBytes);
constexpr uint32_t kSpanAttributeTag = MakeTag(9, WireType::kBytes);

using Extents = absl::InlinedVector<Extent, 4>;

// Whether `message`, a KeyValue, is a valid one as nearly all are: a plain one with a scalar value, once.
// False says nothing about it.
bool IsValidPlainAttribute(std::string_view message) {
  PlainAttribute attribute;
  if (!ReadPlainAttribute(message, attribute)) {
    return false;
  }
  std::string_view text;
  if (ReadPlainText(attribute.value, text)) {
    // Tags and lengths are ASCII here, so one look over all of it covers both strings.
    return IsAscii(message) || (IsUtf8(attribute.key) && IsUtf8(text));
  }
  WireCursor cursor(attribute.value);
  uint32_t tag = 0;
  uint64_t number = 0;
  switch (cursor.ReadTag(tag) ? tag : 0) {
    case MakeTag(2, WireType::kVarint):
    case MakeTag(3, WireType::kVarint):
      return cursor.ReadVarint(number) && cursor.done() && IsUtf8(attribute.key);
    case MakeTag(4, WireType::kFixed64):
      return cursor.ReadFixed64(number) && cursor.done() && IsUtf8(attribute.key);
    default:
      return false;
  }
}

// How many of the first bytes of `message`, a part of a Span, are attributes as most are: a text under
// a key, all of it shorter than 128 bytes. Their tags and lengths are ASCII.
size_t PlainTextAttributesSize(std::string_view message) {
  constexpr uint32_t kKeyTag = MakeTag(1, WireType::kBytes);
  constexpr uint32_t kValueTag = MakeTag(2, WireType::kBytes);
  constexpr uint32_t kTextTag = MakeTag(1, WireType::kBytes);
  const auto* const bytes = reinterpret_cast<const uint8_t*>(message.data());
  size_t position = 0;
  while (message.size() - position >= 8) {
    const uint8_t* const attribute = bytes + position;
    const uint32_t size = attribute[1];
    const uint32_t key_size = attribute[3];
    if (attribute[0] != kSpanAttributeTag || attribute[2] != kKeyTag || size >= 0x80 ||
        key_size + 6 > size || size + 2 > message.size() - position) {
      break;
    }
    // Behind the key: tag and length of the value, and of the text in it.
    uint32_t found = 0;
    std::memcpy(&found, attribute + 4 + key_size, sizeof(found));
    const uint32_t text_size = size - key_size - 6;
    if (found != (kValueTag | (text_size + 2) << 8U | kTextTag << 16U | text_size << 24U)) {
      break;
    }
    position += size + 2;
  }
  return position;
}

// Walks one request. Its functions return false once anything is wrong; failure() says what.
class Decoder {
 public:
  explicit Decoder(Bytes request) : chunk_(std::make_shared<Chunk>()) {
    chunk_->bytes = std::move(request);
  }

  StatusOr<ChunkPtr> Run() {
    if (chunk_->bytes.size() > std::numeric_limits<uint32_t>::max()) {
      return absl::InvalidArgumentError("request is larger than 4 GiB");
    }
    if (!WalkRequest()) {
      return failure();
    }
    return ChunkPtr(std::move(chunk_));
  }

 private:
  // The stretches of an envelope that its header consists of: all but its children.
  class HeaderExtents {
   public:
    explicit HeaderExtents(uint32_t begin) : end_of_child_(begin) {}

    void AddChild(Extent child) {
      Close(child.begin);
      end_of_child_ = child.end;
    }
    void Close(uint32_t end) {
      if (end != end_of_child_) {
        extents_.push_back({end_of_child_, end});
      }
    }
    const Extents& extents() const { return extents_; }

   private:
    uint32_t end_of_child_;
    Extents extents_;
  };

  bool WalkRequest() {
    WireCursor cursor(chunk_->bytes.view());
    while (!cursor.done()) {
      const char* entry = cursor.position();
      uint32_t tag = 0;
      std::string_view content;
      if (!cursor.ReadTag(tag)) {
        return Fail(entry, "malformed field tag");
      }
      if (tag != kResourceSpansTag) {
        if (!CheckField(FieldsOf(MessageId::kRequest), entry, tag, cursor, kMaxDepth)) {
          return false;
        }
      } else if (!cursor.ReadBytes(content)) {
        return Fail(entry, "length is past the end of its message");
      } else if (!WalkResourceSpans(content, kMaxDepth - 1)) {
        return false;
      }
    }
    return true;
  }

  // An envelope without spans leaves no trace in the index.
  bool WalkResourceSpans(std::string_view message, int depth) {
    HeaderExtents header(OffsetOf(message.data()));
    const size_t scopes = chunk_->scopes.size();
    const bool ok =
        WalkEnvelope(MessageId::kResourceSpans, message, depth, header,
                     [this](Extent /*entry*/, std::string_view scope_spans, int scope_depth) {
                       return WalkScopeSpans(scope_spans, scope_depth);
                     });
    if (!ok || chunk_->scopes.size() == scopes) {
      return ok;
    }
    Header resource;
    return AddHeader(header.extents(), resource) && Append(chunk_->resources, resource);
  }

  bool WalkScopeSpans(std::string_view message, int depth) {
    HeaderExtents header(OffsetOf(message.data()));
    const size_t spans = chunk_->spans.size();
    const bool ok = WalkEnvelope(MessageId::kScopeSpans, message, depth, header,
                                 [this](Extent entry, std::string_view span, int span_depth) {
                                   return WalkSpan(entry, span, span_depth);
                                 });
    if (!ok || chunk_->spans.size() == spans) {
      return ok;
    }
    Scope scope;
    scope.resource = static_cast<uint32_t>(chunk_->resources.size());
    return AddHeader(header.extents(), scope.header) && Append(chunk_->scopes, scope);
  }

  // Calls `walk_child(entry, content, depth)` for each child; checks the rest and collects it in
  // `header`.
  template <typename WalkChild>
  bool WalkEnvelope(MessageId id, std::string_view message, int depth, HeaderExtents& header,
                    WalkChild walk_child) {
    WireCursor cursor(message);
    while (!cursor.done()) {
      const char* entry = cursor.position();
      uint32_t tag = 0;
      std::string_view content;
      if (!cursor.ReadTag(tag)) {
        return Fail(entry, "malformed field tag");
      }
      if (tag != kChildTag) {
        if (!CheckField(FieldsOf(id), entry, tag, cursor, depth)) {
          return false;
        }
        continue;
      }
      if (!cursor.ReadBytes(content)) {
        return Fail(entry, "length is past the end of its message");
      }
      const Extent extent{OffsetOf(entry), OffsetOf(cursor.position())};
      header.AddChild(extent);
      if (!walk_child(extent, content, depth - 1)) {
        return false;
      }
    }
    header.Close(OffsetOf(cursor.position()));
    return true;
  }

  bool WalkSpan(Extent entry, std::string_view message, int depth) {
    Span span;
    span.entry = entry.begin;
    span.message = {OffsetOf(message.data()), entry.end};
    span.scope = static_cast<uint32_t>(chunk_->scopes.size());
    const char* end_of_plain = message.data();  // no look for more before that, or it were many
    WireCursor cursor(message);
    while (!cursor.done()) {
      const char* field = cursor.position();
      uint32_t tag = 0;
      if (!cursor.ReadTag(tag)) {
        return Fail(field, "malformed field tag");
      }
      // Plain attributes in ASCII are taken in one go, since a span has many: a quarter of Decode().
      if (tag == kSpanAttributeTag && field >= end_of_plain) {
        const auto offset = static_cast<size_t>(field - message.data());
        const size_t size = PlainTextAttributesSize(message.substr(offset));
        end_of_plain = field + size;
        if (size != 0 && IsAscii(message.substr(offset, size))) {
          cursor = WireCursor(message.substr(offset + size));
          continue;
        }
      }
      if (!CheckField(FieldsOf(MessageId::kSpan), field, tag, cursor, depth)) {
        return false;
      }
      if (tag == kSpanTraceIdTag) {
        // Tag and length take 10 bytes at most: a field of 16 or more has the id in it.
        const bool present = cursor.position() - field >= 16;
        span.trace_id = present ? OffsetOf(cursor.position()) - 16 : 0;
      }
    }
    if (chunk_->spans.empty()) {
      ReserveSpans();
    }
    return Append(chunk_->spans, span);
  }

  [[gnu::noinline]] bool CheckNested(MessageId id, const char* field, std::string_view message,
                                     int depth) {
    if (depth == 0) {
      return Fail(field, "messages are nested more than 100 deep");
    }
    const MessageFields& fields = FieldsOf(id);
    WireCursor cursor(message);
    while (!cursor.done()) {
      const char* entry = cursor.position();
      uint32_t tag = 0;
      if (!cursor.ReadTag(tag)) {
        return Fail(entry, "malformed field tag");
      }
      if (!CheckField(fields, entry, tag, cursor, depth - 1)) {
        return false;
      }
    }
    return true;
  }

  // The field whose tag begins at `entry` and has just been read. `depth` more levels of messages
  // may be nested in it.
  [[gnu::always_inline]] bool CheckField(const MessageFields& fields, const char* entry,
                                         uint32_t tag, WireCursor& cursor, int depth) {
    const uint32_t number = FieldNumber(tag);
    const Field& field = fields[number <= kMaxFieldNumber ? number : 0];
    const WireType wire_type = WireTypeOf(tag);
    if (field.type != FieldType::kUnknown && WireTypeOf(field.type) != wire_type) {
      return Fail(entry, "wrong wire type");
    }
    if (wire_type != WireType::kBytes) {
      return cursor.Skip(wire_type) || Fail(entry, "malformed value");
    }
    std::string_view content;
    if (!cursor.ReadBytes(content)) {
      return Fail(entry, "length is past the end of its message");
    }
    switch (field.type) {
      case FieldType::kMessage:
        return (field.message == MessageId::kKeyValue && IsValidPlainAttribute(content)) ||
               CheckNested(field.message, entry, content, depth);
      case FieldType::kString:
        return IsAscii(content) || IsUtf8(content) || Fail(entry, "string is not valid UTF-8");
      case FieldType::kTraceId:
        return content.empty() || content.size() == 16 || Fail(entry, "trace id is not 16 bytes");
      case FieldType::kSpanId:
        return content.empty() || content.size() == 8 || Fail(entry, "span id is not 8 bytes");
      default:
        return true;
    }
  }

  bool AddHeader(const Extents& extents, Header& header) {
    header.first_extent = static_cast<uint32_t>(chunk_->header_extents.size());
    header.extent_count = static_cast<uint32_t>(extents.size());
    for (const Extent& extent : extents) {
      header.size += extent.size();
      if (!Append(chunk_->header_extents, extent)) {
        return false;
      }
    }
    header.hash = HashOf(extents);
    return true;
  }

  uint64_t HashOf(const Extents& extents) const {
    if (extents.size() <= 1) {
      const std::string_view bytes = extents.empty() ? "" : chunk_->at(extents[0]);
      return XXH3_64bits(bytes.data(), bytes.size());
    }
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (const Extent& extent : extents) {
      XXH3_64bits_update(&state, chunk_->at(extent).data(), extent.size());
    }
    return XXH3_64bits_digest(&state);
  }

  void ReserveSpans() {
    const size_t count = chunk_->bytes.size() / kTypicalSpanSize + 1;
    if (chunk_->bytes.TryGrowReservation(count * sizeof(Span))) {
      chunk_->spans.reserve(count);
    }
  }

  // Two bytes of request can make 20 of index, so the index is paid for as it grows.
  template <typename T>
  bool Append(std::vector<T>& index, const T& item) {
    if (index.size() == index.capacity()) {
      const size_t capacity = std::max<size_t>(2 * index.capacity(), 4);
      if (!chunk_->bytes.TryGrowReservation((capacity - index.capacity()) * sizeof(T))) {
        return Fail(nullptr, "the memory budget is used up");
      }
      index.reserve(capacity);
    }
    index.push_back(item);
    return true;
  }

  uint32_t OffsetOf(const char* position) const {
    return static_cast<uint32_t>(position - chunk_->bytes.view().data());
  }

  // Always false. `entry` is where the tag of the offending field begins, or null when the request
  // is not to blame.
  bool Fail(const char* entry, const char* problem) {
    failed_entry_ = entry;
    problem_ = problem;
    return false;
  }

  Status failure() const {
    if (failed_entry_ == nullptr) {
      return absl::UnavailableError(problem_);
    }
    return absl::InvalidArgumentError(LocateField(chunk_->bytes.view(), failed_entry_) + ": " +
                                      problem_);
  }

  std::shared_ptr<Chunk> chunk_;
  const char* failed_entry_ = nullptr;
  const char* problem_ = "";
};

}  // namespace

StatusOr<ChunkPtr> Decode(Bytes request) {
  return Decoder(std::move(request)).Run();
}

}  // namespace spanhold::otlp
