#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "src/otlp/chunk.h"
#include "src/otlp/field_reader.h"

// Typed access to the wire bytes that Decode() has accepted. A view reads its own message once,
// when it is made, and nested ones when they are asked for; nothing is allocated or copied (but for
// a nested message that was sent in pieces). Absent fields read as protobuf's defaults; of a
// singular field that was sent twice the last one counts.
//
// Threading: thread-compatible. Ownership: the chunk must outlive its views and all they return.

namespace spanhold::otlp {

// The messages in field `number` of a message, in wire order, as a range of View.
template <typename View>
class RepeatedView {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = View;
    using difference_type = std::ptrdiff_t;
    using pointer = const View*;
    using reference = View;

    Iterator(const MessageBytes& message, uint32_t number)
        : reader_(message), tag_(MakeTag(number, WireType::kBytes)) {
      ++*this;
    }
    View operator*() const { return View(reader_.bytes()); }
    Iterator& operator++() {
      do {
        valid_ = reader_.Next();
      } while (valid_ && reader_.tag() != tag_);
      return *this;
    }
    bool operator==(std::default_sentinel_t /*end*/) const { return !valid_; }

   private:
    FieldReader reader_;
    uint32_t tag_;
    bool valid_ = false;
  };

  RepeatedView(MessageBytes message, uint32_t number)
      : message_(std::move(message)), number_(number) {}

  Iterator begin() const { return {message_, number_}; }
  std::default_sentinel_t end() const { return {}; }
  bool empty() const { return begin() == end(); }
  size_t size() const {
    size_t count = 0;
    for (Iterator i = begin(); i != end(); ++i) {
      ++count;
    }
    return count;
  }

 private:
  MessageBytes message_;
  uint32_t number_;
};

class AnyValueView;

// A KeyValue.
class AttributeView {
 public:
  explicit AttributeView(std::string_view message);

  std::string_view key() const { return key_; }
  AnyValueView value() const;

 private:
  std::string_view key_;
  MessageBytes value_;
};

using AttributeRange = RepeatedView<AttributeView>;
using AnyValueRange = RepeatedView<AnyValueView>;

class AnyValueView {
 public:
  enum class Type { kEmpty, kString, kBool, kInt, kDouble, kArray, kMap, kBytes };

  // Empty.
  AnyValueView() = default;
  explicit AnyValueView(std::string_view message) : AnyValueView(MessageBytes(message)) {}
  explicit AnyValueView(const MessageBytes& message);

  Type type() const { return type_; }

  // Each only for its own type.
  std::string_view string_value() const { return content_.first(); }
  bool bool_value() const { return scalar_ != 0; }
  int64_t int_value() const { return static_cast<int64_t>(scalar_); }
  double double_value() const;
  AnyValueRange array() const;
  AttributeRange map() const;
  std::string_view bytes_value() const { return content_.first(); }

  // The ArrayValue or KeyValueList of an array or a map.
  const MessageBytes& message() const { return content_; }

 private:
  void SetScalar(Type type, uint64_t scalar) {
    type_ = type;
    scalar_ = scalar;
  }
  void SetContent(Type type, std::string_view content) {
    type_ = type;
    content_.Assign(content);
  }
  // Arrays and maps in a row are merged.
  void MergeContent(Type type, std::string_view content) {
    if (type == type_) {
      content_.Append(content);
    } else {
      SetContent(type, content);
    }
  }

  Type type_ = Type::kEmpty;
  uint64_t scalar_ = 0;
  MessageBytes content_;
};

// The value of the first attribute with that key.
std::optional<AnyValueView> FindAttribute(const AttributeRange& attributes, std::string_view key);

class EventView {
 public:
  explicit EventView(std::string_view message);

  uint64_t time_unix_nano() const { return time_unix_nano_; }
  std::string_view name() const { return name_; }
  AttributeRange attributes() const { return {MessageBytes(message_), 3}; }
  uint32_t dropped_attributes_count() const { return dropped_attributes_count_; }

 private:
  std::string_view message_;
  uint64_t time_unix_nano_ = 0;
  std::string_view name_;
  uint32_t dropped_attributes_count_ = 0;
};

class LinkView {
 public:
  explicit LinkView(std::string_view message);

  std::string_view trace_id() const { return trace_id_; }  // 16 bytes, or empty
  std::string_view span_id() const { return span_id_; }    // 8 bytes, or empty
  std::string_view trace_state() const { return trace_state_; }
  AttributeRange attributes() const { return {MessageBytes(message_), 4}; }
  uint32_t dropped_attributes_count() const { return dropped_attributes_count_; }
  uint32_t flags() const { return flags_; }

 private:
  std::string_view message_;
  std::string_view trace_id_;
  std::string_view span_id_;
  std::string_view trace_state_;
  uint32_t dropped_attributes_count_ = 0;
  uint32_t flags_ = 0;
};

enum class SpanKind : int32_t {
  kUnspecified = 0,
  kInternal = 1,
  kServer = 2,
  kClient = 3,
  kProducer = 4,
  kConsumer = 5,
};

enum class StatusCode : int32_t { kUnset = 0, kOk = 1, kError = 2 };

class SpanView {
 public:
  // Numbers of the repeated fields.
  enum : uint32_t { kAttributes = 9, kEvents = 11, kLinks = 13 };

  // The bytes of a Span: chunk.span_message(index).
  explicit SpanView(std::string_view message)
      : SpanView(message, [](uint32_t /*number*/, std::string_view /*nested*/) {}) {}

  // Calls `on_nested(number, message)` for each attribute, event and link on the way, in wire order:
  // who needs all of them saves a walk for each kind.
  template <typename OnNested>
  SpanView(std::string_view message, OnNested&& on_nested) : message_(message) {
    for (FieldReader field(message); field.Next();) {
      switch (field.tag()) {
        case MakeTag(kAttributes, WireType::kBytes):
        case MakeTag(kEvents, WireType::kBytes):
        case MakeTag(kLinks, WireType::kBytes):
          on_nested(field.number(), field.bytes());
          break;
        default:
          Read(field.tag(), field.scalar(), field.bytes());
      }
    }
  }

  std::string_view trace_id() const { return trace_id_; }              // 16 bytes, or empty
  std::string_view span_id() const { return span_id_; }                // 8 bytes, or empty
  std::string_view parent_span_id() const { return parent_span_id_; }  // 8 bytes, or empty
  std::string_view trace_state() const { return trace_state_; }
  std::string_view name() const { return name_; }
  // May be a number that has no name here.
  SpanKind kind() const { return kind_; }
  uint64_t start_time_unix_nano() const { return start_time_unix_nano_; }
  uint64_t end_time_unix_nano() const { return end_time_unix_nano_; }
  AttributeRange attributes() const { return {MessageBytes(message_), kAttributes}; }
  uint32_t dropped_attributes_count() const { return dropped_attributes_count_; }
  RepeatedView<EventView> events() const { return {MessageBytes(message_), kEvents}; }
  uint32_t dropped_events_count() const { return dropped_events_count_; }
  RepeatedView<LinkView> links() const { return {MessageBytes(message_), kLinks}; }
  uint32_t dropped_links_count() const { return dropped_links_count_; }
  // May be a number that has no name here.
  StatusCode status_code() const { return status_code_; }
  std::string_view status_message() const { return status_message_; }
  uint32_t flags() const { return flags_; }

 private:
  // Of the value, only what the tag's type says.
  void Read(uint32_t tag, uint64_t scalar, std::string_view bytes);
  void ReadStatus(std::string_view message);

  std::string_view message_;
  std::string_view trace_id_;
  std::string_view span_id_;
  std::string_view parent_span_id_;
  std::string_view trace_state_;
  std::string_view name_;
  SpanKind kind_ = SpanKind::kUnspecified;
  uint64_t start_time_unix_nano_ = 0;
  uint64_t end_time_unix_nano_ = 0;
  uint32_t dropped_attributes_count_ = 0;
  uint32_t dropped_events_count_ = 0;
  uint32_t dropped_links_count_ = 0;
  StatusCode status_code_ = StatusCode::kUnset;
  std::string_view status_message_;
  uint32_t flags_ = 0;
};

// A Resource and the schema URL beside it.
class ResourceView {
 public:
  // `header` is one of chunk.resources.
  ResourceView(const Chunk& chunk, const Header& header);

  AttributeRange attributes() const { return {resource_, 1}; }
  uint32_t dropped_attributes_count() const { return dropped_attributes_count_; }
  std::string_view schema_url() const { return schema_url_; }

 private:
  MessageBytes resource_;
  uint32_t dropped_attributes_count_ = 0;
  std::string_view schema_url_;
};

// An InstrumentationScope and the schema URL beside it.
class ScopeView {
 public:
  // `header` is that of one of chunk.scopes.
  ScopeView(const Chunk& chunk, const Header& header);

  std::string_view name() const { return name_; }
  std::string_view version() const { return version_; }
  AttributeRange attributes() const { return {scope_, 3}; }
  uint32_t dropped_attributes_count() const { return dropped_attributes_count_; }
  std::string_view schema_url() const { return schema_url_; }

 private:
  MessageBytes scope_;
  std::string_view name_;
  std::string_view version_;
  uint32_t dropped_attributes_count_ = 0;
  std::string_view schema_url_;
};

// The bytes of a header, as a message without its children.
MessageBytes HeaderBytes(const Chunk& chunk, const Header& header);

}  // namespace spanhold::otlp
