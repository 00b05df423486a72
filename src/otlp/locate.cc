#include "src/otlp/locate.h"

#include <array>

#include "src/otlp/schema.h"

namespace spanhold::otlp {
namespace {

// Enough for any field outside of AnyValue nesting, and for the first levels of that.
constexpr int kMaxNames = 12;

bool Contains(std::string_view bytes, const char* position) {
  return position >= bytes.data() && position < bytes.data() + bytes.size();
}

class Locator {
 public:
  explicit Locator(const char* entry) : entry_(entry) {}

  // Adds names while walking down to the message that holds `entry_`.
  std::string Run(std::string_view request) {
    MessageId id = MessageId::kRequest;
    for (int names = 0; Descend(id, request); ++names) {
      if (names == kMaxNames) {
        path_ += "...";
        break;
      }
    }
    return path_.empty() ? "request" : path_;
  }

 private:
  // Finds the field of `message` that is `entry_` or holds it. In the second case replaces `id` and
  // `message` by that field's.
  bool Descend(MessageId& id, std::string_view& message) {
    std::array<uint32_t, kMaxFieldNumber + 1> seen{};
    WireCursor cursor(message);
    uint32_t tag = 0;
    while (!cursor.done()) {
      const char* begin = cursor.position();
      if (!cursor.ReadTag(tag)) {
        return false;
      }
      const Field& field = FieldOf(id, FieldNumber(tag));
      const uint32_t index = field.name.empty() ? 0 : seen[FieldNumber(tag)]++;
      if (begin == entry_) {
        Append(field, index);
        return false;
      }
      std::string_view content;
      if (WireTypeOf(tag) != WireType::kBytes) {
        if (!cursor.Skip(WireTypeOf(tag))) {
          return false;
        }
      } else if (!cursor.ReadBytes(content)) {
        return false;
      } else if (field.type == FieldType::kMessage && Contains(content, entry_)) {
        Append(field, index);
        id = field.message;
        message = content;
        return true;
      }
    }
    return false;
  }

  void Append(const Field& field, uint32_t index) {
    if (field.name.empty()) {
      return;
    }
    if (!path_.empty()) {
      path_ += '.';
    }
    path_ += field.name;
    if (field.repeated) {
      path_ += '[' + std::to_string(index) + ']';
    }
  }

  const char* const entry_;
  std::string path_;
};

}  // namespace

std::string LocateField(std::string_view request, const char* entry) {
  return Locator(entry).Run(request);
}

}  // namespace spanhold::otlp
