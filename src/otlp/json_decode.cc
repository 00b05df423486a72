#include "src/otlp/json_decode.h"

#include <simdjson.h>

#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <protozero/pbf_writer.hpp>

#include "src/otlp/decode.h"
#include "src/otlp/json_number.h"
#include "src/otlp/json_text.h"
#include "src/otlp/schema.h"

namespace spanhold::otlp {
namespace {

namespace ondemand = simdjson::ondemand;

// Messages below the request, as Decode() has it.
constexpr int kMaxDepth = 100;

// Bytes in memory for a byte of JSON: the padded copy (1), the parser's index (4: it is made for one
// structural character a byte) and its buffer for strings (5/3), the wire bytes (1: no value is
// shorter in JSON).
constexpr uint64_t kMemoryFactor = 8;

// AnyValue.double_value.
constexpr uint32_t kDoubleValue = 4;

// The number of the field with that name, or 0.
uint32_t FindField(MessageId id, std::string_view key) {
  const MessageFields& fields = FieldsOf(id);
  for (uint32_t number = 1; number <= kMaxFieldNumber; ++number) {
    if (fields[number].type != FieldType::kUnknown &&
        (fields[number].json_name.view() == key || fields[number].name == key)) {
      return number;
    }
  }
  return 0;
}

// The first of either at or after `position`, where there is one. Reads up to 7 bytes more, which
// the padding has.
const char* FindQuoteOrBackslash(const char* position) {
  constexpr uint64_t kOnes = 0x0101010101010101U;
  // The lowest high bit that is set marks the first byte of `word` that is zero.
  const auto zeros = [](uint64_t word) {
    return (word - kOnes) & ~word & (kOnes << 7U);
  };
  for (;; position += 8) {
    uint64_t word = 0;
    std::memcpy(&word, position, sizeof(word));
    if (const uint64_t found = zeros(word ^ (kOnes * '"')) | zeros(word ^ (kOnes * '\\'))) {
      return position + std::countr_zero(found) / 8;
    }
  }
}

// Writes wire bytes while it reads JSON. Its functions return false once anything is wrong;
// failure() says what.
class JsonDecoder {
 public:
  // The wire bytes are appended to `wire`.
  explicit JsonDecoder(std::string& wire) : wire_(wire) {}

  // `json` is followed by simdjson::SIMDJSON_PADDING bytes.
  bool Run(std::string_view json) {
    ondemand::parser parser;
    ondemand::document document;
    ondemand::object request;
    if (Failed(parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING)
                   .get(document)) ||
        Failed(document.get_object().get(request))) {
      return false;
    }
    Writer writer(wire_);
    if (!ReadObject(MessageId::kRequest, request, writer, kMaxDepth)) {
      return false;
    }
    const char* trailing = nullptr;
    if (document.current_location().get(trailing) == simdjson::SUCCESS) {
      return Fail("something follows the request");
    }
    return true;
  }

  Status failure() const {
    return absl::InvalidArgumentError((path_.empty() ? "request" : path_) + ": " + problem_);
  }

 private:
  using Writer = protozero::pbf_writer;

  bool ReadObject(MessageId id, ondemand::object& object, Writer& writer, int depth) {
    for (auto result : object) {
      ondemand::field field = result.value_unsafe();
      std::string_view key;
      if (Failed(result.error()) || !ReadString(field.key(), key_, key)) {
        return false;
      }
      const uint32_t number = FindField(id, key);
      if (number == 0) {
        continue;
      }
      if (!ReadField(id, number, field.value(), writer, depth)) {
        Locate(FieldOf(id, number).json_name.view());
        return false;
      }
    }
    return true;
  }

  bool ReadField(MessageId id, uint32_t number, ondemand::value& value, Writer& writer, int depth) {
    const Field& field = FieldOf(id, number);
    ondemand::json_type type = ondemand::json_type::null;
    if (Failed(value.type().get(type))) {
      return false;
    }
    if (type == ondemand::json_type::null) {
      return IsNull(value);
    }
    if (field.repeated) {
      return ReadList(field, number, value, writer, depth);
    }
    if (field.type == FieldType::kMessage) {
      return ReadMessage(field, number, value, writer, depth);
    }
    // Members of a oneof count also with their default value.
    const bool keep_default = id == MessageId::kAnyValue;
    return ReadScalar(field.type, number, value, type, writer, keep_default);
  }

  bool ReadList(const Field& field, uint32_t number, ondemand::value& value, Writer& writer,
                int depth) {
    ondemand::array array;
    if (Failed(value.get_array().get(array))) {
      return false;
    }
    size_t index = 0;
    for (auto result : array) {
      ondemand::value item = result.value_unsafe();
      ondemand::json_type type = ondemand::json_type::null;
      bool ok = !Failed(result.error()) && !Failed(item.type().get(type));
      if (ok && field.type == FieldType::kMessage) {
        ok = ReadMessage(field, number, item, writer, depth);
      } else if (ok) {
        ok = ReadScalar(field.type, number, item, type, writer, true);
      }
      if (!ok) {
        Locate("[" + std::to_string(index) + "]");
        return false;
      }
      ++index;
    }
    return true;
  }

  // A null in a list is an empty message.
  bool ReadMessage(const Field& field, uint32_t number, ondemand::value& value, Writer& writer,
                   int depth) {
    if (depth == 0) {
      return Fail("messages are nested more than 100 deep");
    }
    ondemand::object object;
    const simdjson::error_code error = value.get_object().get(object);
    const bool null = error == simdjson::INCORRECT_TYPE && IsNull(value);
    if (!null && Failed(error)) {
      return false;
    }
    const size_t size = wire_.size();
    if (Writer child(writer, number);
        !null && !ReadObject(field.message, object, child, depth - 1)) {
      return false;
    }
    if (wire_.size() == size) {
      writer.add_message(number, nullptr, 0);  // the writer leaves out what is empty
    }
    return true;
  }

  bool ReadScalar(FieldType field, uint32_t number, ondemand::value& value,
                  ondemand::json_type type, Writer& writer, bool keep_default) {
    if (field == FieldType::kBool) {
      bool flag = false;
      if (Failed(value.get_bool().get(flag))) {
        return false;
      }
      writer.add_bool(number, flag);
      return true;
    }
    if (WireTypeOf(field) != WireType::kBytes) {
      return ReadNumeric(field, number, value, type, writer, keep_default);
    }
    ondemand::raw_json_string raw;
    std::string_view text;
    if (Failed(value.get_raw_json_string().get(raw)) || !ReadString(raw, text_, text)) {
      return false;
    }
    if (!text.empty() || keep_default) {
      return WriteText(field, number, text, writer);
    }
    return true;
  }

  bool WriteText(FieldType field, uint32_t number, std::string_view text, Writer& writer) {
    if (field == FieldType::kString) {
      writer.add_string(number, text.data(), text.size());
      return true;
    }
    bytes_.clear();
    if (field == FieldType::kBytes) {
      if (!AppendFromBase64(bytes_, text)) {
        return Fail("not base64");
      }
    } else if (!AppendFromHex(bytes_, text)) {
      return Fail("not hexadecimal");
    }
    writer.add_bytes(number, bytes_);
    return true;
  }

  bool ReadNumeric(FieldType field, uint32_t number, ondemand::value& value,
                   ondemand::json_type type, Writer& writer, bool keep_default) {
    Number parsed;
    if (type == ondemand::json_type::string) {
      ondemand::raw_json_string raw;
      std::string_view text;
      if (Failed(value.get_raw_json_string().get(raw)) || !ReadString(raw, text_, text)) {
        return false;
      }
      const std::optional<Number> number_in_text = ParseNumber(field, text);
      if (!number_in_text) {
        return Fail("not a number");
      }
      parsed = *number_in_text;
    } else if (!(field == FieldType::kDouble ? ReadDouble(value, parsed)
                                             : ReadNumber(value, parsed))) {
      return false;
    }
    if (!keep_default && ToDouble(parsed) == 0) {
      return true;
    }
    return WriteNumber(field, number, parsed, writer);
  }

  bool ReadNumber(ondemand::value& value, Number& parsed) {
    ondemand::number number;
    if (value.get_number().get(number) == simdjson::SUCCESS) {
      if (number.is_int64()) {
        parsed = number.get_int64();
      } else if (number.is_uint64()) {
        parsed = number.get_uint64();
      } else {
        parsed = number.get_double();
      }
      return true;
    }
    return ReadDouble(value, parsed);  // an integer of more than 64 bits
  }

  bool ReadDouble(ondemand::value& value, Number& parsed) {
    double number = 0;
    if (Failed(value.get_double().get(number))) {
      return false;
    }
    parsed = number;
    return true;
  }

  bool WriteNumber(FieldType field, uint32_t number, const Number& value, Writer& writer) {
    switch (field) {
      case FieldType::kDouble:
        writer.add_double(number, ToDouble(value));
        return true;
      case FieldType::kInt64:
        if (const auto integer = ToInteger<int64_t>(value)) {
          writer.add_int64(number, *integer);
          return true;
        }
        // An AnyValue's int_value, the only int64 there is, that needs more bits.
        if (IsWhole(value)) {
          writer.add_double(kDoubleValue, ToDouble(value));
          return true;
        }
        break;
      case FieldType::kFixed64:
        if (const auto integer = ToInteger<uint64_t>(value)) {
          writer.add_fixed64(number, *integer);
          return true;
        }
        break;
      case FieldType::kFixed32:
        if (const auto integer = ToInteger<uint32_t>(value)) {
          writer.add_fixed32(number, *integer);
          return true;
        }
        break;
      case FieldType::kUint32:
        if (const auto integer = ToInteger<uint32_t>(value)) {
          writer.add_uint32(number, *integer);
          return true;
        }
        break;
      default:
        if (const auto integer = ToInteger<int32_t>(value)) {
          writer.add_enum(number, *integer);
          return true;
        }
        break;
    }
    return Fail("not a whole number in range");
  }

  // The string that begins at `raw`, after its quote; in `scratch` when it has escapes. Stage one of
  // the parser has seen that it ends and is valid UTF-8. Not simdjson's own unescape(), which
  // refuses half surrogate pairs.
  bool ReadString(ondemand::raw_json_string raw, std::string& scratch, std::string_view& text) {
    const char* const begin = raw.raw();
    const char* position = FindQuoteOrBackslash(begin);
    const bool escapes = *position == '\\';
    while (*position == '\\') {
      position = FindQuoteOrBackslash(position + 2);
    }
    text = {begin, static_cast<size_t>(position - begin)};
    if (!escapes) {
      return true;
    }
    scratch.clear();
    if (!AppendUnescaped(scratch, text)) {
      return Fail("malformed escape in a string");
    }
    text = scratch;
    return true;
  }

  bool IsNull(ondemand::value& value) {
    bool null = false;
    if (Failed(value.is_null().get(null))) {
      return false;
    }
    return null || Fail("malformed value");
  }

  bool Failed(simdjson::error_code error) {
    return error != simdjson::SUCCESS && !Fail(simdjson::error_message(error));
  }

  // Always false.
  bool Fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  // Puts a name before the path, on the way out of the nested calls.
  void Locate(std::string_view name) {
    const bool dot = !path_.empty() && path_.front() != '[';
    path_.insert(0, dot ? "." : "").insert(0, name);
  }

  std::string& wire_;
  std::string key_;
  std::string text_;
  std::string bytes_;
  std::string path_;
  std::string problem_;
};

}  // namespace

StatusOr<ChunkPtr> DecodeJson(std::string_view json, MemoryBudget& budget) {
  const uint64_t memory = kMemoryFactor * (json.size() + simdjson::SIMDJSON_PADDING);
  if (memory > budget.limit()) {
    return absl::ResourceExhaustedError("a JSON request of " + std::to_string(json.size()) +
                                        " bytes takes more memory than the budget has; send it in "
                                        "smaller ones, or in protobuf");
  }
  std::optional<Reservation> reservation = budget.TryReserve(memory);
  if (!reservation) {
    return absl::UnavailableError("the memory budget is used up");
  }
  std::string wire;
  {
    wire.reserve(json.size());
    const simdjson::padded_string padded(json);
    JsonDecoder decoder(wire);
    if (!decoder.Run({padded.data(), padded.size()})) {
      return decoder.failure();
    }
  }
  reservation->ShrinkTo(wire.capacity());
  // A copy: the capacity is that of the longer JSON, and the request may live long.
  return Decode(Bytes::Copy(wire, budget));
}

}  // namespace spanhold::otlp
