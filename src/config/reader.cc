#include "src/config/reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include "src/config/duration.h"
#include "src/config/nearest.h"
#include "src/config/quote.h"
#include "src/config/scalar.h"
#include "src/config/size.h"

namespace spanhold::config {
namespace {

constexpr size_t kMaxListedKeys = 12;

std::string Indexed(std::string_view key, size_t index) {
  return std::string(key) + "[" + std::to_string(index) + "]";
}

// " from 1 to 10", " of at least 1", "".
template <typename T>
std::string Range(T min, T max) {
  const bool bounded_below = min > -std::numeric_limits<T>::max();
  const bool bounded_above = max != std::numeric_limits<T>::max();
  if (bounded_below && bounded_above) {
    return absl::StrCat(" from ", min, " to ", max);
  }
  if (bounded_below) {
    return absl::StrCat(" of at least ", min);
  }
  return bounded_above ? absl::StrCat(" of at most ", max) : "";
}

}  // namespace

std::string JoinPath(std::string_view path, std::string_view key) {
  std::string joined(path);
  joined += path.empty() || key.empty() ? "" : ".";
  return joined.append(key);
}

void Reader::Read(const Node& node, const Position& where, const std::string& path, Report& report,
                  const std::function<void(Reader&)>& describe) {
  if (!node.is_map() && !node.is_null()) {
    report.Error(node.where, path, "want a map of keys, got " + ShowValue(node));
    return;
  }
  Reader reader(node, where, path, report);
  describe(reader);
  reader.ReportUnknownKeys();
}

const NodeEntry* Reader::Take(std::string_view key) {
  known_.push_back(key);
  const auto found = std::find_if(node_.entries.begin(), node_.entries.end(),
                                  [&](const NodeEntry& entry) { return entry.key == key; });
  return found == node_.entries.end() ? nullptr : &*found;
}

const Node* Reader::Value(std::string_view key) {
  const NodeEntry* entry = Take(key);
  return entry == nullptr || entry->value.is_null() ? nullptr : &entry->value;
}

void Reader::Wrong(std::string_view key, const Position& where, std::string_view message) {
  wrong_.insert(key);
  report_.Error(where, JoinPath(path_, key), message);
}

void Reader::Mistyped(std::string_view key, const Node& node, std::string_view wanted) {
  Wrong(key, node.where, "want " + std::string(wanted) + ", got " + ShowValue(node));
}

void Reader::Bool(Key key, bool& value) {
  if (const Node* node = Value(key.name)) {
    if (const std::optional<bool> read = AsBool(*node)) {
      value = *read;
    } else {
      Mistyped(key.name, *node, "true or false");
    }
  }
}

void Reader::Int(Key key, int64_t& value, int64_t min, int64_t max) {
  if (const Node* node = Value(key.name)) {
    const std::optional<int64_t> read = AsInt(*node);
    if (read && *read >= min && *read <= max) {
      value = *read;
    } else {
      Mistyped(key.name, *node, "a whole number" + Range(min, max));
    }
  }
}

void Reader::Double(Key key, double& value, double min, double max) {
  if (const Node* node = Value(key.name)) {
    const std::optional<double> read = AsDouble(*node);
    if (read && *read >= min && *read <= max) {  // false for a NaN
      value = *read;
    } else {
      Mistyped(key.name, *node, "a number" + Range(min, max));
    }
  }
}

void Reader::String(Key key, std::string& value) {
  const NodeEntry* entry = Take(key.name);
  if (entry == nullptr) {
    return;
  }
  if (const std::optional<std::string> text = AsText(entry->value)) {
    value = *text;
  } else if (!entry->value.is_null()) {
    Mistyped(key.name, entry->value, "text");
  }
}

void Reader::Secret(Key key, std::string& value) {
  String(key, value);
}

void Reader::Time(Key key, Duration& value) {
  if (const Node* node = Value(key.name)) {
    const std::optional<std::string> text = AsText(*node);
    if (!text) {
      Mistyped(key.name, *node, "a duration like \"5s\"");
      return;
    }
    if (const StatusOr<Duration> read = ParseDuration(*text); read.ok()) {
      value = *read;
    } else {
      Wrong(key.name, node->where, MessageOf(read.status()));
    }
  }
}

void Reader::Size(Key key, uint64_t& value) {
  if (const Node* node = Value(key.name)) {
    const std::optional<std::string> text = AsText(*node);
    if (!text) {
      Mistyped(key.name, *node, "a size like \"64MiB\" or a number of bytes");
      return;
    }
    if (const StatusOr<uint64_t> read = ParseSize(*text); read.ok()) {
      value = *read;
    } else {
      Wrong(key.name, node->where, MessageOf(read.status()));
    }
  }
}

void Reader::Strings(Key key, std::vector<std::string>& value) {
  const Node* node = Value(key.name);
  if (node == nullptr) {
    return;
  }
  std::vector<std::string> read;
  if (node->is_scalar()) {  // as the Collector: "a, b" is a list too
    for (const absl::string_view word : absl::StrSplit(node->text, ',', absl::SkipWhitespace())) {
      read.emplace_back(absl::StripAsciiWhitespace(word));
    }
  } else if (!node->is_sequence()) {
    Mistyped(key.name, *node, "a list of texts");
    return;
  }
  for (size_t i = 0; i < node->items.size(); ++i) {
    if (const std::optional<std::string> text = AsText(node->items[i])) {
      read.push_back(*text);
    } else {
      wrong_.insert(key.name);
      report_.Error(node->items[i].where, JoinPath(path_, Indexed(key.name, i)),
                    "want text, got " + ShowValue(node->items[i]));
    }
  }
  value = std::move(read);
}

void Reader::SecretMap(Key key, std::map<std::string, std::string>& value) {
  const Node* node = Value(key.name);
  if (node == nullptr) {
    return;
  }
  if (!node->is_map() && !node->is_sequence()) {
    Mistyped(key.name, *node, "a map of texts");
    return;
  }
  std::map<std::string, std::string> read;
  for (const NodeEntry& entry : node->entries) {
    const std::optional<std::string> text = AsText(entry.value);
    if (text || entry.value.is_null()) {
      read[entry.key] = text.value_or("");
    } else {
      wrong_.insert(key.name);
      report_.Error(entry.value.where, JoinPath(JoinPath(path_, key.name), entry.key),
                    "want text, got " + ShowValue(entry.value));
    }
  }
  for (size_t i = 0; i < node->items.size(); ++i) {
    ReadHeader(key.name, node->items[i], i, read);
  }
  value = std::move(read);
}

// The Collector's other form of a map of texts: a list of {name: a, value: b}.
void Reader::ReadHeader(std::string_view key, const Node& item, size_t index,
                        std::map<std::string, std::string>& value) {
  std::string name;
  std::string text;
  Read(item, item.where, JoinPath(path_, Indexed(key, index)), report_, [&](Reader& fields) {
    fields.String({"name", ""}, name);
    fields.Secret({"value", ""}, text);
    fields.Check("name", !name.empty(), "is required");
  });
  value[name] = text;
}

void Reader::OneOf(Key key, int& value, const std::vector<Choice>& choices) {
  const Node* node = Value(key.name);
  if (node == nullptr) {
    return;
  }
  const std::optional<std::string> text = AsText(*node);
  std::string wanted;
  for (const Choice& choice : choices) {
    if (text && absl::EqualsIgnoreCase(*text, std::string(choice.word))) {
      value = choice.value;
      return;
    }
    if (!choice.word.empty()) {
      wanted += (wanted.empty() ? "" : ", ") + Quote(choice.word);
    }
  }
  Mistyped(key.name, *node, (choices.size() > 1 ? "one of " : "") + wanted);
}

void Reader::Section(Key key, const std::function<void(Fields&)>& describe) {
  static const Node kAbsent;
  const NodeEntry* entry = Take(key.name);
  Read(entry == nullptr ? kAbsent : entry->value, entry == nullptr ? where_ : entry->where,
       JoinPath(path_, key.name), report_, describe);
}

void Reader::OptionalSection(Key key, bool& present, const std::function<void(Fields&)>& describe) {
  const NodeEntry* entry = Take(key.name);
  present = entry != nullptr;
  if (present) {
    Read(entry->value, entry->where, JoinPath(path_, key.name), report_, describe);
  }
}

void Reader::SectionList(Key key, size_t /*size*/, const std::function<void(size_t)>& resize,
                         const std::function<void(Fields&, size_t)>& describe) {
  const Node* node = Value(key.name);
  if (node == nullptr) {
    return;
  }
  if (!node->is_sequence()) {
    Mistyped(key.name, *node, "a list");
    return;
  }
  resize(node->items.size());
  for (size_t i = 0; i < node->items.size(); ++i) {
    Read(node->items[i], node->items[i].where, JoinPath(path_, Indexed(key.name, i)), report_,
         [&](Fields& fields) { describe(fields, i); });
  }
}

void Reader::Refused(Key key, std::string_view why) {
  refused_.insert(key.name);
  if (const NodeEntry* entry = Take(key.name)) {
    Wrong(key.name, entry->where, "not supported: " + std::string(why));
  }
}

void Reader::Check(std::string_view key, bool ok, std::string_view message) {
  if (ok || wrong_.count(key) > 0) {
    return;
  }
  const Node* node = node_.Find(key);
  report_.Error(node == nullptr ? where_ : node->where, JoinPath(path_, key), message);
}

void Reader::ReportUnknownKeys() const {
  std::vector<std::string_view> candidates;
  std::string listed;
  for (const std::string_view key : known_) {
    if (refused_.count(key) == 0) {
      candidates.push_back(key);
      if (candidates.size() <= kMaxListedKeys) {
        listed += candidates.size() == 1 ? "" : ", ";
        listed += key;
      }
    }
  }
  listed += candidates.size() > kMaxListedKeys ? ", ..." : "";
  for (const NodeEntry& entry : node_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) {
      continue;
    }
    const std::string_view nearest = report_.full() ? "" : Nearest(entry.key, candidates);
    std::string message = "unknown key";
    if (!nearest.empty()) {
      message += "; did you mean " + Quote(nearest) + "?";
    } else if (!listed.empty()) {
      message += "; known here: " + listed;
    }
    report_.Error(entry.where, JoinPath(path_, entry.key), message);
  }
}

}  // namespace spanhold::config
