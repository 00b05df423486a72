#include "src/otlp/json_encode.h"

#include <array>
#include <bit>
#include <memory>
#include <utility>

#include "src/otlp/grouping.h"
#include "src/otlp/json_text.h"
#include "src/otlp/schema.h"

namespace spanhold::otlp {
namespace {

// JSON of OTLP is about four times the size of its wire bytes, most of it keys.
constexpr uint64_t kTypicalGrowth = 4;

// What a message holds of one field, in wire order: the last value, which counts for a scalar, and
// whether there were others.
struct FieldContent {
  uint64_t scalar = 0;
  std::string_view bytes;
  uint32_t count = 0;
};

class JsonEncoder {
 public:
  explicit JsonEncoder(std::string& out) : out_(out) {}

  void WriteBatch(const TraceBatch& batch) {
    out_ += "{\"resourceSpans\":[";
    WriteList(GroupSpans(batch), [this](const ResourceGroup& group) { WriteResourceSpans(group); });
    out_ += "]}";
  }

 private:
  template <typename List, typename Write>
  void WriteList(const List& list, Write write) {
    bool first = true;
    for (const auto& item : list) {
      if (!std::exchange(first, false)) {
        out_ += ',';
      }
      write(item);
    }
  }

  void WriteResourceSpans(const ResourceGroup& group) {
    WriteEnvelopeStart(MessageId::kResourceSpans, group.header);
    WriteList(group.scopes, [this](const ScopeGroup& scope) { WriteScopeSpans(scope); });
    out_ += "]}";
  }

  void WriteScopeSpans(const ScopeGroup& group) {
    WriteEnvelopeStart(MessageId::kScopeSpans, group.header);
    WriteList(group.runs, [this](const SpanRun& run) { WriteSpans(run); });
    out_ += "]}";
  }

  void WriteSpans(const SpanRun& run) {
    for (uint32_t index = run.spans.first; index < run.spans.last; ++index) {
      if (index != run.spans.first) {
        out_ += ',';
      }
      WriteMessage(MessageId::kSpan, MessageBytes(run.chunk->span_message(index)));
    }
  }

  // Up to the bracket that opens the children, field 2.
  void WriteEnvelopeStart(MessageId id, HeaderRef header) {
    out_ += '{';
    if (WriteFields(id, HeaderBytes(*header.chunk, *header.header))) {
      out_ += ',';
    }
    out_ += FieldOf(id, 2).json_name.as_key();
    out_ += '[';
  }

  void WriteMessage(MessageId id, const MessageBytes& message) {
    if (id == MessageId::kAnyValue) {
      WriteAnyValue(AnyValueView(message));
      return;
    }
    if (id == MessageId::kKeyValue) {
      WriteAttribute(AttributeView(message.first()));
      return;
    }
    out_ += '{';
    WriteFields(id, message);
    out_ += '}';
  }

  // Returns whether there were any.
  bool WriteFields(MessageId id, const MessageBytes& message) {
    std::array<FieldContent, kMaxFieldNumber + 1> contents;
    for (FieldReader field(message); field.Next();) {
      if (FieldOf(id, field.number()).type != FieldType::kUnknown) {
        FieldContent& content = contents[field.number()];
        content = {field.scalar(), field.bytes(), content.count + 1};
      }
    }
    bool any = false;
    for (uint32_t number = 1; number <= kMaxFieldNumber; ++number) {
      const Field& field = FieldOf(id, number);
      const FieldContent& content = contents[number];
      if (content.count == 0 || (!field.repeated && IsDefault(field.type, content))) {
        continue;
      }
      if (std::exchange(any, true)) {
        out_ += ',';
      }
      out_ += field.json_name.as_key();
      if (field.repeated) {
        WriteRepeated(field, number, message);
      } else if (field.type == FieldType::kMessage) {
        WriteMessage(field.message, Merged(number, content, message));
      } else {
        WriteScalar(field.type, content.scalar, content.bytes);
      }
    }
    return any;
  }

  static bool IsDefault(FieldType type, const FieldContent& content) {
    switch (WireTypeOf(type)) {
      case WireType::kBytes:
        return type != FieldType::kMessage && content.bytes.empty();
      case WireType::kVarint:
        // An int32 or uint32 is the low half of its varint; there is no int64 outside of AnyValue.
        return static_cast<uint32_t>(content.scalar) == 0;
      default:
        return content.scalar == 0;
    }
  }

  static MessageBytes Merged(uint32_t number, const FieldContent& content,
                             const MessageBytes& message) {
    if (content.count == 1) {
      return MessageBytes(content.bytes);
    }
    MessageBytes merged;
    for (FieldReader field(message); field.Next();) {
      if (field.number() == number) {
        merged.Append(field.bytes());
      }
    }
    return merged;
  }

  void WriteRepeated(const Field& field, uint32_t number, const MessageBytes& message) {
    out_ += '[';
    bool first = true;
    for (FieldReader item(message); item.Next();) {
      if (item.number() != number) {
        continue;
      }
      if (!std::exchange(first, false)) {
        out_ += ',';
      }
      if (field.type == FieldType::kMessage) {
        WriteMessage(field.message, MessageBytes(item.bytes()));
      } else {
        WriteScalar(field.type, item.scalar(), item.bytes());
      }
    }
    out_ += ']';
  }

  void WriteAttribute(const AttributeView& attribute) {
    out_ += "{\"key\":";
    AppendJsonString(out_, attribute.key());
    out_ += ",\"value\":";
    WriteAnyValue(attribute.value());
    out_ += '}';
  }

  void WriteAnyValue(const AnyValueView& value) {
    using Type = AnyValueView::Type;
    out_ += '{';
    switch (value.type()) {
      case Type::kEmpty:
        break;
      case Type::kString:
        out_ += "\"stringValue\":";
        AppendJsonString(out_, value.string_value());
        break;
      case Type::kBool:
        out_ += value.bool_value() ? "\"boolValue\":true" : "\"boolValue\":false";
        break;
      case Type::kInt:
        out_ += "\"intValue\":\"";
        AppendJsonInt(out_, value.int_value());
        out_ += '"';
        break;
      case Type::kDouble:
        out_ += "\"doubleValue\":";
        AppendJsonDouble(out_, value.double_value());
        break;
      case Type::kArray:
        out_ += "\"arrayValue\":";
        WriteMessage(MessageId::kArrayValue, value.message());
        break;
      case Type::kMap:
        out_ += "\"kvlistValue\":";
        WriteMessage(MessageId::kKeyValueList, value.message());
        break;
      case Type::kBytes:
        out_ += "\"bytesValue\":\"";
        AppendBase64(out_, value.bytes_value());
        out_ += '"';
        break;
    }
    out_ += '}';
  }

  void WriteScalar(FieldType type, uint64_t scalar, std::string_view bytes) {
    switch (type) {
      case FieldType::kString:
        AppendJsonString(out_, bytes);
        break;
      case FieldType::kTraceId:
      case FieldType::kSpanId:
        out_ += '"';
        AppendHex(out_, bytes);
        out_ += '"';
        break;
      case FieldType::kFixed64:
        out_ += '"';
        AppendJsonUint(out_, scalar);
        out_ += '"';
        break;
      case FieldType::kSpanKind:
      case FieldType::kStatusCode:
        AppendJsonInt(out_, static_cast<int32_t>(scalar));
        break;
      default:
        AppendJsonUint(out_, static_cast<uint32_t>(scalar));
        break;
    }
  }

  std::string& out_;
};

}  // namespace

Bytes EncodeJson(const TraceBatch& batch, MemoryBudget& budget) {
  const auto text = std::make_shared<std::string>();
  text->reserve(kTypicalGrowth * batch.span_bytes());
  Reservation reservation = budget.Reserve(text->capacity());
  JsonEncoder(*text).WriteBatch(batch);
  reservation = budget.Reserve(text->capacity());
  return Bytes::Adopt(*text, text, std::move(reservation));
}

void AppendAnyValueJson(std::string& out, const AnyValueView& value) {
  using Type = AnyValueView::Type;
  const char* separator = "";
  switch (value.type()) {
    case Type::kEmpty:
      out += "null";
      break;
    case Type::kString:
      AppendJsonString(out, value.string_value());
      break;
    case Type::kBool:
      out += value.bool_value() ? "true" : "false";
      break;
    case Type::kInt:
      AppendJsonInt(out, value.int_value());
      break;
    case Type::kDouble:
      AppendJsonDouble(out, value.double_value());
      break;
    case Type::kArray:
      out += '[';
      for (const AnyValueView& item : value.array()) {
        out += std::exchange(separator, ",");
        AppendAnyValueJson(out, item);
      }
      out += ']';
      break;
    case Type::kMap:
      out += '{';
      for (const AttributeView& item : value.map()) {
        out += std::exchange(separator, ",");
        AppendJsonString(out, item.key());
        out += ':';
        AppendAnyValueJson(out, item.value());
      }
      out += '}';
      break;
    case Type::kBytes:
      out += '"';
      AppendBase64(out, value.bytes_value());
      out += '"';
      break;
  }
}

}  // namespace spanhold::otlp
