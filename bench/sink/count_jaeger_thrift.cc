#include <cstdint>

#include "bench/numbered/span_number.h"
#include "bench/sink/count_spans.h"

namespace spanhold::bench {
namespace {

// Types of Thrift's binary protocol (thrift-binary-protocol.md): a struct is fields of a type byte, an
// id of 16 bits and a value, up to a type byte of 0; a list is a type byte, a count of 32 bits and
// values. Jaeger's model has no sets and no maps.
enum ThriftType : uint8_t {
  kStop = 0,
  kBool = 2,
  kByte = 3,
  kDouble = 4,
  kInt16 = 6,
  kInt32 = 8,
  kInt64 = 10,
  kString = 11,
  kStruct = 12,
  kList = 15,
};

constexpr uint16_t kBatchSpans = 2;
constexpr uint16_t kSpanId = 3;

class ThriftReader {
 public:
  explicit ThriftReader(std::string_view bytes) : rest_(bytes) {}

  // Calls `on_field(type, id)`, which takes the value, for each field of a struct.
  template <typename OnField>
  bool ReadStruct(OnField&& on_field) {
    for (uint64_t type = 0;;) {
      uint64_t id = 0;
      if (!Read(1, type)) {
        return false;
      }
      if (type == kStop) {
        return true;
      }
      if (!Read(2, id) || !on_field(static_cast<uint8_t>(type), static_cast<uint16_t>(id))) {
        return false;
      }
    }
  }

  // An unsigned integer of that many bytes.
  bool Read(size_t bytes, uint64_t& value) {
    if (rest_.size() < bytes) {
      return false;
    }
    value = 0;
    for (size_t i = 0; i < bytes; ++i) {
      value = value << 8U | static_cast<uint8_t>(rest_[i]);
    }
    rest_.remove_prefix(bytes);
    return true;
  }

  bool Skip(uint8_t type) {
    switch (type) {
      case kBool:
      case kByte:
        return SkipBytes(1);
      case kInt16:
        return SkipBytes(2);
      case kInt32:
        return SkipBytes(4);
      case kDouble:
      case kInt64:
        return SkipBytes(8);
      case kString: {
        uint64_t length = 0;
        return Read(4, length) && SkipBytes(length);
      }
      case kStruct:
        return ReadStruct([this](uint8_t field, uint16_t /*id*/) { return Skip(field); });
      case kList: {
        uint64_t element = 0;
        uint64_t count = 0;
        if (!Read(1, element) || !Read(4, count)) {
          return false;
        }
        while (count > 0 && Skip(static_cast<uint8_t>(element))) {
          --count;
        }
        return count == 0;
      }
      default:
        return false;
    }
  }

 private:
  bool SkipBytes(uint64_t count) {
    if (rest_.size() < count) {
      return false;
    }
    rest_.remove_prefix(count);
    return true;
  }

  std::string_view rest_;
};

}  // namespace

bool CountJaegerThrift(std::string_view batch, Arrivals& arrivals) {
  ThriftReader reader(batch);
  const auto on_span_field = [&](uint8_t type, uint16_t id) {
    uint64_t span_id = 0;
    if (id != kSpanId) {
      return reader.Skip(type);
    }
    if (type != kInt64 || !reader.Read(8, span_id)) {
      return false;
    }
    arrivals.Count(span_id);
    return true;
  };
  return reader.ReadStruct([&](uint8_t type, uint16_t id) {
    if (id != kBatchSpans) {
      return reader.Skip(type);
    }
    uint64_t element = 0;
    uint64_t count = 0;
    if (type != kList || !reader.Read(1, element) || element != kStruct || !reader.Read(4, count)) {
      return false;
    }
    while (count > 0 && reader.ReadStruct(on_span_field)) {
      --count;
    }
    return count == 0;
  });
}

}  // namespace spanhold::bench
