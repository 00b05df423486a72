#include "src/config/writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include "src/config/duration.h"
#include "src/config/quote.h"
#include "src/config/size.h"

namespace spanhold::config {
namespace {

constexpr size_t kCommentWidth = 100;
constexpr std::string_view kMask = "\"[REDACTED]\"";

// Words that YAML 1.1 or 1.2 takes for something else than text.
bool IsReservedWord(std::string_view text) {
  const std::array<std::string_view, 9> words = {"true", "false", "yes", "no", "on",
                                                 "off",  "null",  "y",   "n"};
  const std::string lower = absl::AsciiStrToLower(std::string(text));
  return std::find(words.begin(), words.end(), lower) != words.end();
}

bool IsSafeBare(std::string_view text) {
  const auto is_safe = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("_./:@+-").find(c) != std::string_view::npos;
  };
  return !text.empty() &&
         (absl::ascii_isalpha(static_cast<unsigned char>(text[0])) || text[0] == '/' ||
          text[0] == '_') &&
         text.back() != ':' && std::all_of(text.begin(), text.end(), is_safe) &&
         !IsReservedWord(text);
}

std::string YamlKey(std::string_view key) {
  return IsSafeBare(key) ? std::string(key) : QuoteWhole(key);
}

std::string Number(double value) {
  if (std::isinf(value)) {
    return value > 0 ? ".inf" : "-.inf";
  }
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string Words(const std::vector<Choice>& choices) {
  std::string words;
  for (const Choice& choice : choices) {
    words += words.empty() || choice.word.empty() ? "" : ", ";
    words += choice.word;
  }
  return words;
}

}  // namespace

std::string YamlText(std::string_view text) {
  if (IsSafeBare(text)) {
    return std::string(text);
  }
  std::string escaped;
  for (const char c : text) {
    escaped += c == '$' ? "$$" : std::string(1, c);
  }
  return QuoteWhole(escaped);
}

void Writer::Help(Key key, const std::string& more) {
  if (style_ != Style::kReference || key.help.empty()) {
    return;
  }
  const std::string start = Indent() + "#";
  std::string line = start;
  for (const absl::string_view word : absl::StrSplit(std::string(key.help) + more, ' ')) {
    if (line.size() + 1 + word.size() > kCommentWidth && line != start) {
      out_ += line + '\n';
      line = start;
    }
    absl::StrAppend(&line, " ", word);
  }
  out_ += line + '\n';
}

void Writer::Line(Key key, std::string_view value) {
  out_ += Indent() + YamlKey(key.name);
  out_ += value.empty() ? ":" : ": ";
  out_.append(value) += '\n';
}

void Writer::Bool(Key key, bool& value) {
  Help(key);
  Line(key, value ? "true" : "false");
}

void Writer::Int(Key key, int64_t& value, int64_t /*min*/, int64_t /*max*/) {
  Help(key);
  Line(key, std::to_string(value));
}

void Writer::Double(Key key, double& value, double /*min*/, double /*max*/) {
  Help(key);
  Line(key, Number(value));
}

void Writer::String(Key key, std::string& value) {
  Help(key);
  Line(key, YamlText(value));
}

void Writer::Secret(Key key, std::string& value) {
  Help(key);
  Line(key, value.empty() ? "\"\"" : kMask);
}

void Writer::Time(Key key, Duration& value) {
  Help(key);
  Line(key, FormatDuration(value));
}

void Writer::Size(Key key, uint64_t& value) {
  Help(key);
  Line(key, FormatSize(value));
}

void Writer::Strings(Key key, std::vector<std::string>& value) {
  Help(key);
  std::string list;
  for (const std::string& text : value) {
    list += (list.empty() ? "" : ", ") + YamlText(text);
  }
  Line(key, "[" + list + "]");
}

void Writer::SecretMap(Key key, std::map<std::string, std::string>& value) {
  Help(key);
  Line(key, value.empty() ? "{}" : "");
  for (const auto& [name, secret] : value) {
    out_ += Indent() + "  " + YamlKey(name) + ": ";
    out_.append(secret.empty() ? "\"\"" : kMask) += '\n';
  }
}

void Writer::OneOf(Key key, int& value, const std::vector<Choice>& choices) {
  Help(key, " (" + Words(choices) + ")");
  const auto chosen = std::find_if(choices.begin(), choices.end(),
                                   [&](const Choice& choice) { return choice.value == value; });
  Line(key, chosen == choices.end() ? "\"\"" : YamlText(chosen->word));
}

void Writer::Map(Key key, const std::function<void(Fields&)>& describe) {
  Writer nested(style_, indent_ + 1);
  describe(nested);
  Line(key, nested.out_.empty() ? "{}" : "");
  out_ += nested.out_;
}

void Writer::Section(Key key, const std::function<void(Fields&)>& describe) {
  Help(key);
  Map(key, describe);
}

void Writer::OptionalSection(Key key, bool& present, const std::function<void(Fields&)>& describe) {
  if (present || style_ == Style::kReference) {
    Help(key, present ? "" : " (off unless this section is there)");
    Map(key, describe);
  }
}

std::string Writer::Item(const std::function<void(Fields&, size_t)>& describe, size_t index) const {
  Writer nested(style_, indent_ + 2);
  describe(nested, index);
  std::string text = std::move(nested.out_);
  if (text.empty()) {
    return Indent() + "  - {}\n";
  }
  // The dash takes the place of two spaces of the first line that is not a comment.
  const size_t width = 2 * static_cast<size_t>(indent_) + 2;
  size_t line = 0;
  while (text[line + width + 2] == '#') {
    line = text.find('\n', line) + 1;
  }
  text[line + width] = '-';
  return text;
}

void Writer::SectionList(Key key, size_t size, const std::function<void(size_t)>& resize,
                         const std::function<void(Fields&, size_t)>& describe) {
  Help(key);
  Line(key, size == 0 ? "[]" : "");
  for (size_t i = 0; i < size; ++i) {
    out_ += Item(describe, i);
  }
  if (size == 0 && style_ == Style::kReference) {
    resize(1);
    out_ += Indent() + "# one of them:\n";
    const std::string item = Item(describe, 0);
    for (const absl::string_view line : absl::StrSplit(item, '\n', absl::SkipEmpty())) {
      const std::string_view rest(line.data() + Indent().size(), line.size() - Indent().size());
      out_ += Indent().append("# ").append(rest) += '\n';
    }
    resize(0);
  }
}

}  // namespace spanhold::config
