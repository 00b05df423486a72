#include "src/otlp/views.h"

#include <bit>

#include "src/otlp/plain_attribute.h"

namespace spanhold::otlp {
namespace {

constexpr uint32_t Varint(uint32_t number) {
  return MakeTag(number, WireType::kVarint);
}
constexpr uint32_t Fixed64(uint32_t number) {
  return MakeTag(number, WireType::kFixed64);
}
constexpr uint32_t Delimited(uint32_t number) {
  return MakeTag(number, WireType::kBytes);
}
constexpr uint32_t Fixed32(uint32_t number) {
  return MakeTag(number, WireType::kFixed32);
}

// uint32 and enum fields are the low 32 bits of their varint, as protobuf reads them.
uint32_t Low32(uint64_t varint) {
  return static_cast<uint32_t>(varint);
}

}  // namespace

AttributeView::AttributeView(std::string_view message) {
  if (PlainAttribute plain; ReadPlainAttribute(message, plain)) {
    key_ = plain.key;
    value_.Assign(plain.value);
    return;
  }
  for (FieldReader field(message); field.Next();) {
    switch (field.tag()) {
      case Delimited(1):
        key_ = field.bytes();
        break;
      case Delimited(2):
        value_.Append(field.bytes());
        break;
    }
  }
}

AnyValueView AttributeView::value() const {
  return AnyValueView(value_);
}

// A oneof: the last member that is set counts.
AnyValueView::AnyValueView(const MessageBytes& message) {
  for (FieldReader field(message); field.Next();) {
    switch (field.tag()) {
      case Delimited(1):
        SetContent(Type::kString, field.bytes());
        break;
      case Varint(2):
        SetScalar(Type::kBool, field.scalar());
        break;
      case Varint(3):
        SetScalar(Type::kInt, field.scalar());
        break;
      case Fixed64(4):
        SetScalar(Type::kDouble, field.scalar());
        break;
      case Delimited(5):
        MergeContent(Type::kArray, field.bytes());
        break;
      case Delimited(6):
        MergeContent(Type::kMap, field.bytes());
        break;
      case Delimited(7):
        SetContent(Type::kBytes, field.bytes());
        break;
    }
  }
}

double AnyValueView::double_value() const {
  return std::bit_cast<double>(scalar_);
}

AnyValueRange AnyValueView::array() const {
  return {content_, 1};
}

AttributeRange AnyValueView::map() const {
  return {content_, 1};
}

std::optional<AnyValueView> FindAttribute(const AttributeRange& attributes, std::string_view key) {
  for (const AttributeView& attribute : attributes) {
    if (attribute.key() == key) {
      return attribute.value();
    }
  }
  return std::nullopt;
}

EventView::EventView(std::string_view message) : message_(message) {
  for (FieldReader field(message); field.Next();) {
    switch (field.tag()) {
      case Fixed64(1):
        time_unix_nano_ = field.scalar();
        break;
      case Delimited(2):
        name_ = field.bytes();
        break;
      case Varint(4):
        dropped_attributes_count_ = Low32(field.scalar());
        break;
    }
  }
}

LinkView::LinkView(std::string_view message) : message_(message) {
  for (FieldReader field(message); field.Next();) {
    switch (field.tag()) {
      case Delimited(1):
        trace_id_ = field.bytes();
        break;
      case Delimited(2):
        span_id_ = field.bytes();
        break;
      case Delimited(3):
        trace_state_ = field.bytes();
        break;
      case Varint(5):
        dropped_attributes_count_ = Low32(field.scalar());
        break;
      case Fixed32(6):
        flags_ = Low32(field.scalar());
        break;
    }
  }
}

void SpanView::Read(uint32_t tag, uint64_t scalar, std::string_view bytes) {
  switch (tag) {
    case Delimited(1):
      trace_id_ = bytes;
      break;
    case Delimited(2):
      span_id_ = bytes;
      break;
    case Delimited(3):
      trace_state_ = bytes;
      break;
    case Delimited(4):
      parent_span_id_ = bytes;
      break;
    case Delimited(5):
      name_ = bytes;
      break;
    case Varint(6):
      kind_ = static_cast<SpanKind>(Low32(scalar));
      break;
    case Fixed64(7):
      start_time_unix_nano_ = scalar;
      break;
    case Fixed64(8):
      end_time_unix_nano_ = scalar;
      break;
    case Varint(10):
      dropped_attributes_count_ = Low32(scalar);
      break;
    case Varint(12):
      dropped_events_count_ = Low32(scalar);
      break;
    case Varint(14):
      dropped_links_count_ = Low32(scalar);
      break;
    case Delimited(15):
      ReadStatus(bytes);
      break;
    case Fixed32(16):
      flags_ = Low32(scalar);
      break;
  }
}

void SpanView::ReadStatus(std::string_view message) {
  for (FieldReader field(message); field.Next();) {
    switch (field.tag()) {
      case Delimited(2):
        status_message_ = field.bytes();
        break;
      case Varint(3):
        status_code_ = static_cast<StatusCode>(Low32(field.scalar()));
        break;
    }
  }
}

ResourceView::ResourceView(const Chunk& chunk, const Header& header) {
  const MessageBytes resource_spans = HeaderBytes(chunk, header);
  for (FieldReader field(resource_spans); field.Next();) {
    switch (field.tag()) {
      case Delimited(1):
        resource_.Append(field.bytes());
        break;
      case Delimited(3):
        schema_url_ = field.bytes();
        break;
    }
  }
  for (FieldReader field(resource_); field.Next();) {
    if (field.tag() == Varint(2)) {
      dropped_attributes_count_ = Low32(field.scalar());
    }
  }
}

ScopeView::ScopeView(const Chunk& chunk, const Header& header) {
  const MessageBytes scope_spans = HeaderBytes(chunk, header);
  for (FieldReader field(scope_spans); field.Next();) {
    switch (field.tag()) {
      case Delimited(1):
        scope_.Append(field.bytes());
        break;
      case Delimited(3):
        schema_url_ = field.bytes();
        break;
    }
  }
  for (FieldReader field(scope_); field.Next();) {
    switch (field.tag()) {
      case Delimited(1):
        name_ = field.bytes();
        break;
      case Delimited(2):
        version_ = field.bytes();
        break;
      case Varint(4):
        dropped_attributes_count_ = Low32(field.scalar());
        break;
    }
  }
}

MessageBytes HeaderBytes(const Chunk& chunk, const Header& header) {
  MessageBytes message;
  for (uint32_t i = 0; i < header.extent_count; ++i) {
    message.Append(chunk.at(chunk.header_extents[header.first_extent + i]));
  }
  return message;
}

}  // namespace spanhold::otlp
