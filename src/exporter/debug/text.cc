#include "src/exporter/debug/text.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include "src/otlp/json_encode.h"

namespace spanhold::debug {
namespace {

using Type = otlp::AnyValueView::Type;

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kEmpty:
      return "Empty";
    case Type::kString:
      return "Str";
    case Type::kBool:
      return "Bool";
    case Type::kInt:
      return "Int";
    case Type::kDouble:
      return "Double";
    case Type::kArray:
      return "Slice";
    case Type::kMap:
      return "Map";
    case Type::kBytes:
      return "Bytes";
  }
  return "?";
}

void AppendEscape(unsigned char byte, std::string& out) {
  switch (byte) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      absl::StrAppend(&out, "\\x", absl::Hex(byte, absl::kZeroPad2));
  }
}

}  // namespace

void AppendPrintable(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (byte < 0x20 || byte == 0x7F) {
      AppendEscape(byte, out);
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      AppendEscape(next, out);
      ++i;
    } else {
      out += text[i];
    }
  }
}

void AppendValue(const otlp::AnyValueView& value, std::string& out) {
  switch (value.type()) {
    case Type::kEmpty:
      break;
    case Type::kString:
      AppendPrintable(value.string_value(), out);
      break;
    case Type::kBool:
      out += value.bool_value() ? "true" : "false";
      break;
    case Type::kInt:
      absl::StrAppend(&out, value.int_value());
      break;
    case Type::kDouble:
      absl::StrAppend(&out, value.double_value());
      break;
    case Type::kBytes: {
      const std::string_view bytes = value.bytes_value();
      out += absl::BytesToHexString({bytes.data(), bytes.size()});
      break;
    }
    case Type::kArray:
    case Type::kMap: {
      std::string json;
      otlp::AppendAnyValueJson(json, value);
      AppendPrintable(json, out);
      break;
    }
  }
}

void AppendTypedValue(const otlp::AnyValueView& value, std::string& out) {
  out += TypeName(value.type());
  out += '(';
  AppendValue(value, out);
  out += ')';
}

}  // namespace spanhold::debug
