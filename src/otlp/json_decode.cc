#include "src/otlp/json_decode.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "src/otlp/decode.h"
#include "src/otlp/json_number.h"
#include "src/otlp/json_reader.h"
#include "src/otlp/json_text.h"
#include "src/otlp/schema.h"
#include "src/otlp/wire_builder.h"

namespace spanhold::otlp {
namespace {

// Messages below the request, as Decode() has it.
constexpr int kMaxDepth = 100;

// The most wire bytes that JSON can become. Nearly every value is longer in JSON; the one that is not
// is a negative enum: `"kind":-1,` are ten characters, and its tag and varint eleven bytes.
uint64_t MaxWireSize(uint64_t json_size) {
  return json_size + json_size / 8 + 16;
}

// What is open in something unknown that is skipped, in the vector of bits that JsonReader has of it.
uint64_t MaxSkipSize(uint64_t json_size) {
  return json_size * 3 / 8;
}

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

// Writes wire bytes while it reads JSON. Its functions return false once anything is wrong;
// failure() says what.
class JsonDecoder {
 public:
  // Reads `json`, and writes into `room`.
  JsonDecoder(std::string_view json, Reservation room, MemoryBudget& budget)
      : reader_(json), wire_(std::move(room), budget) {}

  bool Run() { return ReadFields(MessageId::kRequest, kMaxDepth) && reader_.ReadEnd(); }

  const WireBuilder& wire() const { return wire_; }

  Status failure() const {
    return absl::InvalidArgumentError((path_.empty() ? "request" : path_) + ": " +
                                      reader_.problem());
  }

 private:
  bool ReadFields(MessageId id, int depth) {
    uint32_t number = 0;
    return reader_.ReadObject([&] {
      if (!ReadFieldName(id, number)) {
        return false;
      }
      if (number == 0) {
        return reader_.Skip();
      }
      if (!ReadField(id, number, depth)) {
        Locate(FieldOf(id, number).json_name.view());
        return false;
      }
      return true;
    });
  }

  // Moves `number` from the field that was read last, 0 at first, to the one whose name comes next, 0
  // if that is not known. Messages of a kind mostly have the same fields in the same order, so the
  // one that followed the last time is tried before a search: a quarter of DecodeJson().
  bool ReadFieldName(MessageId id, uint32_t& number) {
    uint8_t& follower = followers_[static_cast<size_t>(id)][number];
    if (follower != 0 && reader_.Take(FieldOf(id, follower).json_name.as_key())) {
      number = follower;
      return true;
    }
    std::string_view name;
    if (!reader_.ReadKey(text_, name)) {
      return false;
    }
    number = FindField(id, name);
    follower = static_cast<uint8_t>(number);
    return true;
  }

  bool ReadField(MessageId id, uint32_t number, int depth) {
    const Field& field = FieldOf(id, number);
    if (reader_.Peek() == 'n') {
      return reader_.ReadNull();
    }
    if (field.repeated) {
      return ReadList(field, number, depth);
    }
    if (field.type == FieldType::kMessage) {
      return ReadMessage(field.message, number, depth);
    }
    // Members of a oneof count also with their default value.
    const bool keep_default = id == MessageId::kAnyValue;
    return ReadScalar(field.type, number, keep_default);
  }

  bool ReadList(const Field& field, uint32_t number, int depth) {
    size_t index = 0;
    return reader_.ReadArray([&] {
      const bool read = field.type == FieldType::kMessage
                            ? ReadMessage(field.message, number, depth)
                            : ReadScalar(field.type, number, true);
      if (!read) {
        Locate("[" + std::to_string(index) + "]");
      }
      ++index;
      return read;
    });
  }

  // A null, which only a list can have here, is an empty message.
  bool ReadMessage(MessageId id, uint32_t number, int depth) {
    if (depth == 0) {
      return reader_.Fail("messages are nested more than 100 deep");
    }
    if (id == MessageId::kKeyValue && TakePlainAttribute(number)) {
      return true;
    }
    bool read = false;
    size_t& size = sizes_[static_cast<size_t>(id)];
    size = wire_.AddMessage(number, size, [&] {
      read = reader_.Peek() == 'n' ? reader_.ReadNull() : ReadFields(id, depth - 1);
    });
    return read;
  }

  // Most of a span is attributes that look like this one, so they are taken in one go: a third of
  // DecodeJson(). Any other is left to be read member by member.
  bool TakePlainAttribute(uint32_t number) {
    const char* const begin = reader_.position();
    std::string_view key;
    std::string_view value;
    const bool taken = reader_.Take("{\"key\":") && reader_.TakePlainString(key) && !key.empty() &&
                       reader_.Take(",\"value\":{\"stringValue\":") &&
                       reader_.TakePlainString(value) && reader_.Take("}}");
    if (!taken) {
      reader_.Return(begin);
      return false;
    }
    wire_.AddStringAttribute(number, key, value);
    return true;
  }

  bool ReadScalar(FieldType type, uint32_t number, bool keep_default) {
    if (type == FieldType::kBool) {
      bool flag = false;
      if (!reader_.ReadBool(flag)) {
        return false;
      }
      wire_.AddVarint(number, flag ? 1 : 0);
      return true;
    }
    if (WireTypeOf(type) != WireType::kBytes) {
      return ReadNumeric(type, number, keep_default);
    }
    std::string_view text;
    if (!reader_.ReadString(text_, text)) {
      return false;
    }
    return (text.empty() && !keep_default) || WriteText(type, number, text);
  }

  bool WriteText(FieldType type, uint32_t number, std::string_view text) {
    if (type == FieldType::kString) {
      wire_.AddBytes(number, text);
      return true;
    }
    if (type == FieldType::kBytes) {
      bytes_.clear();
      if (!AppendFromBase64(bytes_, text)) {
        return reader_.Fail("not base64");
      }
      wire_.AddBytes(number, bytes_);
      return true;
    }
    return ReadHex(text, wire_.AddBytes(number, text.size() / 2)) ||
           reader_.Fail("not hexadecimal");
  }

  bool ReadNumeric(FieldType type, uint32_t number, bool keep_default) {
    const bool quoted = reader_.Peek() == '"';
    std::string_view text;
    if (!(quoted ? reader_.ReadString(text_, text) : reader_.ReadNumber(text))) {
      return false;
    }
    const std::optional<Number> value = ParseNumber(type, text);
    if (!value) {
      return reader_.Fail("not a number");
    }
    return (!keep_default && ToDouble(*value) == 0) || WriteNumber(type, number, *value);
  }

  bool WriteNumber(FieldType type, uint32_t number, const Number& value) {
    switch (type) {
      case FieldType::kDouble:
        wire_.AddFixed(number, ToDouble(value));
        return true;
      case FieldType::kInt64:
        if (const auto integer = ToInteger<int64_t>(value)) {
          wire_.AddVarint(number, static_cast<uint64_t>(*integer));
          return true;
        }
        // An AnyValue's int_value, the only int64 there is, that needs more bits.
        if (IsWhole(value)) {
          wire_.AddFixed(kDoubleValue, ToDouble(value));
          return true;
        }
        break;
      case FieldType::kFixed64:
        if (const auto integer = ToInteger<uint64_t>(value)) {
          wire_.AddFixed(number, *integer);
          return true;
        }
        break;
      case FieldType::kFixed32:
        if (const auto integer = ToInteger<uint32_t>(value)) {
          wire_.AddFixed(number, *integer);
          return true;
        }
        break;
      case FieldType::kUint32:
        if (const auto integer = ToInteger<uint32_t>(value)) {
          wire_.AddVarint(number, *integer);
          return true;
        }
        break;
      default:
        if (const auto integer = ToInteger<int32_t>(value)) {
          wire_.AddVarint(number, static_cast<uint64_t>(int64_t{*integer}));
          return true;
        }
        break;
    }
    return reader_.Fail("not a whole number in range");
  }

  // Puts a name before the path, on the way out of the nested calls.
  void Locate(std::string_view name) {
    const bool dot = !path_.empty() && path_.front() != '[';
    path_.insert(0, dot ? "." : "").insert(0, name);
  }

  JsonReader reader_;
  WireBuilder wire_;
  // By message and field: the field that came after that one the last time.
  std::array<std::array<uint8_t, kMaxFieldNumber + 1>, kMessageCount> followers_{};
  // By message: the size of the last one, which the next one's will be like.
  std::array<size_t, kMessageCount> sizes_{};
  std::string text_;
  std::string bytes_;
  std::string path_;
};

}  // namespace

StatusOr<ChunkPtr> DecodeJson(std::string_view json, MemoryBudget& budget) {
  const uint64_t wire_size = MaxWireSize(json.size());
  const uint64_t skip_size = MaxSkipSize(json.size());
  if (wire_size + skip_size > budget.limit()) {
    return absl::ResourceExhaustedError("a JSON request of " + std::to_string(json.size()) +
                                        " bytes takes more memory than the budget has; send it in "
                                        "smaller ones, or in protobuf");
  }
  const std::optional<Reservation> skip = budget.TryReserve(skip_size);
  std::optional<Reservation> wire = budget.TryReserve(wire_size);
  if (!skip || !wire) {
    return absl::UnavailableError("the memory budget is used up");
  }
  JsonDecoder decoder(json, *std::move(wire), budget);
  if (!decoder.Run()) {
    return decoder.failure();
  }
  // A copy: the room was made for the longer JSON, and the request may live long.
  return Decode(Bytes::Copy(decoder.wire().view(), budget));
}

}  // namespace spanhold::otlp
