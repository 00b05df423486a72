#include "src/config/scalar.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "src/config/quote.h"

namespace spanhold::config {
namespace {

bool IsPlain(const Node& node) {
  return node.is_scalar() && !node.quoted;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Takes the sign that `text` starts with: whether it is a minus.
bool TakeSign(std::string_view& text) {
  const bool negative = StartsWith(text, "-");
  if (negative || StartsWith(text, "+")) {
    text.remove_prefix(1);
  }
  return negative;
}

// Takes what names the base, as Go's strconv.ParseInt with base 0 does.
int TakeBase(std::string_view& text) {
  const struct {
    std::string_view prefix;
    int base;
  } prefixes[] = {{"0x", 16}, {"0X", 16}, {"0o", 8}, {"0O", 8}, {"0b", 2}, {"0B", 2}};
  for (const auto& known : prefixes) {
    if (StartsWith(text, known.prefix)) {
      text.remove_prefix(known.prefix.size());
      return known.base;
    }
  }
  return text.size() > 1 && text[0] == '0' ? 8 : 10;
}

}  // namespace

std::optional<bool> AsBool(const Node& node) {
  if (!IsPlain(node)) {
    return std::nullopt;
  }
  const std::string& text = node.text;
  if (text == "true" || text == "True" || text == "TRUE") {
    return true;
  }
  if (text == "false" || text == "False" || text == "FALSE") {
    return false;
  }
  return std::nullopt;
}

std::optional<int64_t> AsInt(const Node& node) {
  std::string text = IsPlain(node) ? node.text : "";
  text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
  std::string_view rest = text;
  const bool negative = TakeSign(rest);
  const int base = TakeBase(rest);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, base);
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (error != std::errc() || end != rest.data() + rest.size() || number > kMax) {
    return std::nullopt;
  }
  return negative ? -static_cast<int64_t>(number) : static_cast<int64_t>(number);
}

std::optional<double> AsDouble(const Node& node) {
  if (const std::optional<int64_t> number = AsInt(node)) {
    return static_cast<double>(*number);
  }
  std::string_view rest = IsPlain(node) ? std::string_view(node.text) : "";
  const bool negative = TakeSign(rest);
  if (rest == ".inf" || rest == ".Inf" || rest == ".INF") {
    const double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  if (rest == ".nan" || rest == ".NaN" || rest == ".NAN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (rest.find_first_not_of("0123456789.eE+-") != std::string_view::npos) {
    return std::nullopt;  // "inf" and hexadecimal floats, which from_chars() would take
  }
  double number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || end != rest.data() + rest.size() || rest[0] == '-') {
    return std::nullopt;
  }
  return negative ? -number : number;
}

std::optional<std::string> AsText(const Node& node) {
  if (node.original) {
    return node.original;
  }
  return node.is_scalar() ? std::optional(node.text) : std::nullopt;
}

std::string ShowValue(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return node.quoted ? "the text " + Quote(node.text) : Quote(node.text);
    case Node::Kind::kSequence:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
  }
  return "";
}

}  // namespace spanhold::config
