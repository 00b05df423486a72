#include "src/otlp/json_encode.h"

#include <utility>

#include "src/otlp/grouping.h"
#include "src/otlp/json_writer.h"
#include "src/otlp/schema.h"

namespace spanhold::otlp {
namespace {

// What the JSON of a value mostly has room in.
constexpr size_t kTypicalValue = 256;

// Of the JSON of `batch`, as a rule a little too much: twice the wire bytes, and the keys of spans.
// What takes more is copied once while it is written.
size_t ExpectedSize(const TraceBatch& batch) {
  constexpr size_t kEnvelope = 1024;
  constexpr size_t kKeysOfSpan = 128;
  return kEnvelope + 2 * batch.span_bytes() + kKeysOfSpan * batch.span_count();
}

// Reads the fields of one number only.
class OneFieldReader : public FieldReader {
 public:
  OneFieldReader(const MessageBytes& message, uint32_t number)
      : FieldReader(message), number_(number) {}

  bool Next() {
    bool more = FieldReader::Next();
    while (more && number() != number_) {
      more = FieldReader::Next();
    }
    return more;
  }

 private:
  uint32_t number_;
};

class JsonEncoder {
 public:
  explicit JsonEncoder(JsonWriter& out) : out_(out) {}

  void WriteBatch(const TraceBatch& batch) {
    out_.Write("{\"resourceSpans\":[");
    WriteList(GroupSpans(batch), [this](const ResourceGroup& group) { WriteResourceSpans(group); });
    out_.Write("]}");
  }

 private:
  template <typename List, typename Write>
  void WriteList(const List& list, Write write) {
    bool first = true;
    for (const auto& item : list) {
      if (!std::exchange(first, false)) {
        out_.Write(',');
      }
      write(item);
    }
  }

  void WriteResourceSpans(const ResourceGroup& group) {
    WriteEnvelopeStart(MessageId::kResourceSpans, group.header);
    WriteList(group.scopes, [this](const ScopeGroup& scope) { WriteScopeSpans(scope); });
    out_.Write("]}");
  }

  void WriteScopeSpans(const ScopeGroup& group) {
    WriteEnvelopeStart(MessageId::kScopeSpans, group.header);
    WriteList(group.runs, [this](const SpanRun& run) { WriteSpans(run); });
    out_.Write("]}");
  }

  void WriteSpans(const SpanRun& run) {
    for (uint32_t index = run.spans.first; index < run.spans.last; ++index) {
      if (index != run.spans.first) {
        out_.Write(',');
      }
      WriteMessage(MessageId::kSpan, MessageBytes(run.chunk->span_message(index)));
    }
  }

  // Up to the bracket that opens the children, field 2.
  void WriteEnvelopeStart(MessageId id, HeaderRef header) {
    out_.Write('{');
    if (WriteFields(id, HeaderBytes(*header.chunk, *header.header))) {
      out_.Write(',');
    }
    out_.WriteKey(FieldOf(id, 2).json_name);
    out_.Write('[');
  }

  void WriteMessage(MessageId id, const MessageBytes& message) {
    out_.Write('{');
    WriteFields(id, message);
    out_.Write('}');
  }

  // Returns whether there were any. In a message whose fields are not in order they are looked for one
  // number after another.
  bool WriteFields(MessageId id, const MessageBytes& message) {
    bool any = false;
    if (IsInOrder(id, message)) {
      FieldReader all(message);
      WriteInOrder(id, all, any);
      return any;
    }
    for (uint32_t number = 1; number <= kMaxFieldNumber; ++number) {
      OneFieldReader field(message, number);
      WriteInOrder(id, field, any);
    }
    return any;
  }

  // Whether the known fields have ascending numbers, and equal ones stand side by side: as senders
  // write them.
  static bool IsInOrder(MessageId id, const MessageBytes& message) {
    uint32_t last_known = 0;
    uint32_t last = 0;
    for (FieldReader field(message); field.Next(); last = field.number()) {
      const uint32_t number = field.number();
      if (FieldOf(id, number).type == FieldType::kUnknown) {
        continue;
      }
      if (number < last_known || (number == last_known && number != last)) {
        return false;
      }
      last_known = number;
    }
    return true;
  }

  template <typename Reader>
  void WriteInOrder(MessageId id, Reader& field, bool& any) {
    for (bool more = field.Next(); more;) {
      const Field& known = FieldOf(id, field.number());
      if (known.type == FieldType::kUnknown) {
        more = field.Next();
      } else {
        more = known.repeated ? WriteRepeated(known, field, any) : WriteSingle(known, field, any);
      }
    }
  }

  // These two write all fields in a row that have the number of `field`, and return whether that is
  // at another one then.

  template <typename Reader>
  bool WriteRepeated(const Field& known, Reader& field, bool& any) {
    const uint32_t number = field.number();
    WriteKey(known, any);
    out_.Write('[');
    WriteItem(known, field);
    bool more = field.Next();
    for (; more && field.number() == number; more = field.Next()) {
      out_.Write(',');
      WriteItem(known, field);
    }
    out_.Write(']');
    return more;
  }

  template <typename Reader>
  bool WriteSingle(const Field& known, Reader& field, bool& any) {
    const uint32_t number = field.number();
    if (known.type == FieldType::kMessage) {
      MessageBytes message;
      bool more = true;
      for (; more && field.number() == number; more = field.Next()) {
        message.Append(field.bytes());
      }
      WriteKey(known, any);
      WriteMessage(known.message, message);
      return more;
    }
    uint64_t scalar = 0;
    std::string_view bytes;
    bool more = true;
    for (; more && field.number() == number; more = field.Next()) {
      scalar = field.scalar();
      bytes = field.bytes();
    }
    if (!IsDefault(known.type, scalar, bytes)) {
      WriteKey(known, any);
      WriteScalar(known.type, scalar, bytes);
    }
    return more;
  }

  void WriteKey(const Field& known, bool& any) {
    if (std::exchange(any, true)) {
      out_.Write(',');
    }
    out_.WriteKey(known.json_name);
  }

  static bool IsDefault(FieldType type, uint64_t scalar, std::string_view bytes) {
    switch (WireTypeOf(type)) {
      case WireType::kBytes:
        return bytes.empty();
      case WireType::kVarint:
        // An int32 or uint32 is the low half of its varint; there is no int64 outside of AnyValue.
        return static_cast<uint32_t>(scalar) == 0;
      default:
        return scalar == 0;
    }
  }

  void WriteItem(const Field& known, const FieldReader& item) {
    if (known.type != FieldType::kMessage) {
      WriteScalar(known.type, item.scalar(), item.bytes());
    } else if (known.message == MessageId::kKeyValue) {
      WriteAttribute(AttributeView(item.bytes()));
    } else {
      WriteMessage(known.message, MessageBytes(item.bytes()));
    }
  }

  void WriteAttribute(const AttributeView& attribute) {
    out_.Write("{\"key\":");
    out_.WriteString(attribute.key());
    out_.Write(",\"value\":");
    WriteAnyValue(attribute.value());
    out_.Write('}');
  }

  void WriteAnyValue(const AnyValueView& value) {
    using Type = AnyValueView::Type;
    switch (value.type()) {
      case Type::kEmpty:
        out_.Write("{}");
        break;
      case Type::kString:
        out_.Write("{\"stringValue\":");
        out_.WriteString(value.string_value());
        out_.Write('}');
        break;
      case Type::kBool:
        out_.Write(value.bool_value() ? "{\"boolValue\":true}" : "{\"boolValue\":false}");
        break;
      case Type::kInt:
        out_.Write("{\"intValue\":\"");
        out_.WriteInt(value.int_value());
        out_.Write("\"}");
        break;
      case Type::kDouble:
        out_.Write("{\"doubleValue\":");
        out_.WriteDouble(value.double_value());
        out_.Write('}');
        break;
      case Type::kArray:
        out_.Write("{\"arrayValue\":");
        WriteValues(value.array(), [this](const AnyValueView& item) { WriteAnyValue(item); });
        out_.Write('}');
        break;
      case Type::kMap:
        out_.Write("{\"kvlistValue\":");
        WriteValues(value.map(), [this](const AttributeView& item) { WriteAttribute(item); });
        out_.Write('}');
        break;
      case Type::kBytes:
        out_.Write("{\"bytesValue\":\"");
        out_.WriteBase64(value.bytes_value());
        out_.Write("\"}");
        break;
    }
  }

  // An ArrayValue or KeyValueList.
  template <typename List, typename Write>
  void WriteValues(const List& list, Write write) {
    if (list.empty()) {
      out_.Write("{}");
      return;
    }
    out_.Write("{\"values\":[");
    WriteList(list, write);
    out_.Write("]}");
  }

  void WriteScalar(FieldType type, uint64_t scalar, std::string_view bytes) {
    switch (type) {
      case FieldType::kString:
        out_.WriteString(bytes);
        break;
      case FieldType::kTraceId:
      case FieldType::kSpanId:
        out_.Write('"');
        out_.WriteHex(bytes);
        out_.Write('"');
        break;
      case FieldType::kFixed64:
        out_.Write('"');
        out_.WriteLongUint(scalar);
        out_.Write('"');
        break;
      case FieldType::kSpanKind:
      case FieldType::kStatusCode:
        out_.WriteInt(static_cast<int32_t>(scalar));
        break;
      default:
        out_.WriteUint(static_cast<uint32_t>(scalar));
        break;
    }
  }

  JsonWriter& out_;
};

// As AppendAnyValueJson().
void WritePlain(JsonWriter& out, const AnyValueView& value) {
  using Type = AnyValueView::Type;
  bool first = true;
  const auto separate = [&] {
    if (!std::exchange(first, false)) {
      out.Write(',');
    }
  };
  switch (value.type()) {
    case Type::kEmpty:
      out.Write("null");
      break;
    case Type::kString:
      out.WriteString(value.string_value());
      break;
    case Type::kBool:
      out.Write(value.bool_value() ? "true" : "false");
      break;
    case Type::kInt:
      out.WriteInt(value.int_value());
      break;
    case Type::kDouble:
      out.WriteDouble(value.double_value());
      break;
    case Type::kArray:
      out.Write('[');
      for (const AnyValueView& item : value.array()) {
        separate();
        WritePlain(out, item);
      }
      out.Write(']');
      break;
    case Type::kMap:
      out.Write('{');
      for (const AttributeView& item : value.map()) {
        separate();
        out.WriteString(item.key());
        out.Write(':');
        WritePlain(out, item.value());
      }
      out.Write('}');
      break;
    case Type::kBytes:
      out.Write('"');
      out.WriteBase64(value.bytes_value());
      out.Write('"');
      break;
  }
}

Bytes EncodeJson(const TraceBatch& batch, MemoryBudget& budget, std::string_view end) {
  JsonWriter out(budget.Reserve(ExpectedSize(batch)), budget);
  JsonEncoder(out).WriteBatch(batch);
  out.Write(end);
  return std::move(out).Take();
}

}  // namespace

Bytes EncodeJson(const TraceBatch& batch, MemoryBudget& budget) {
  return EncodeJson(batch, budget, "");
}

Bytes EncodeJsonLine(const TraceBatch& batch, MemoryBudget& budget) {
  return EncodeJson(batch, budget, "\n");
}

void AppendAnyValueJson(std::string& out, const AnyValueView& value) {
  MemoryBudget not_charged(UINT64_MAX);
  JsonWriter writer(not_charged.Reserve(kTypicalValue), not_charged);
  WritePlain(writer, value);
  out += writer.text();
}

}  // namespace spanhold::otlp
