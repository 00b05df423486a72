#include "src/config/expand.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include "src/config/file.h"
#include "src/config/quote.h"

namespace spanhold::config {
namespace {

// Far more than a person writes; they stop values that refer to each other.
constexpr int kMaxReferenceDepth = 10;
constexpr int kMaxReferences = 10'000;
constexpr size_t kMaxFetchedBytes = 4 * kMaxTextBytes;

// `name` is "env:NAME", "NAME" or "file:PATH".
struct Reference {
  std::string_view name;
  std::optional<std::string_view> fallback;
};

Reference Split(std::string_view inside) {
  const size_t fallback = inside.find(":-");
  if (fallback == std::string_view::npos) {
    return {inside, std::nullopt};
  }
  return {inside.substr(0, fallback), inside.substr(fallback + 2)};
}

// The "}" of the "${" that `text` starts with, or npos.
size_t FindEnd(std::string_view text) {
  int open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "${") {
      ++open;
      ++i;
    } else if (text[i] == '}' && --open == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

// The Collector's rule: [a-zA-Z_][a-zA-Z0-9_]*.
bool IsVariableName(std::string_view name) {
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_') {
      return false;
    }
  }
  return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name[0]));
}

void PlaceAt(Node& node, const Position& where) {
  node.where = where;
  for (Node& item : node.items) {
    PlaceAt(item, where);
  }
  for (NodeEntry& entry : node.entries) {
    entry.where = where;
    PlaceAt(entry.value, where);
  }
}

class Expander {
 public:
  Expander(const Environment& environment, Report& report)
      : environment_(environment), report_(report) {}

  void ExpandTree(Node& node, int depth) {
    for (Node& item : node.items) {
      ExpandTree(item, depth);
    }
    for (NodeEntry& entry : node.entries) {
      const size_t parent = path_.size();
      absl::StrAppend(&path_, parent == 0 ? "" : ".", entry.key);
      ExpandTree(entry.value, depth);
      path_.resize(parent);
    }
    if (!node.is_scalar() || node.text.find('$') == std::string::npos) {
      return;
    }
    const size_t errors = report_.error_count();
    if (node.text.compare(0, 2, "${") == 0 && FindEnd(node.text) == node.text.size() - 1) {
      ExpandWhole(node, depth);
    } else {
      node.text = ExpandText(node.text, node.where, depth);
    }
    node.failed = report_.error_count() > errors;
  }

 private:
  // A value that is one reference.
  void ExpandWhole(Node& node, int depth) {
    const Position where = node.where;
    const std::string inside = node.text.substr(2, node.text.size() - 3);
    const std::string raw = Fetch(inside, where, depth).value_or("");
    const std::string text = ExpandText(raw, where, depth + 1);
    node = Understand(raw, where);
    if (node.is_map() || node.is_sequence()) {
      ExpandTree(node, depth + 1);
    } else {
      node = Understand(text, where);
    }
    node.original = text;
  }

  // `text` as YAML; what is none is a string.
  static Node Understand(const std::string& text, const Position& where) {
    Report ignored;
    std::optional<Node> parsed = ParseYaml(text, where.file, ignored);
    if (!parsed || !ignored.ok()) {
      parsed.emplace();
      parsed->kind = Node::Kind::kScalar;
      parsed->text = text;
      parsed->quoted = true;
    }
    PlaceAt(*parsed, where);
    return *std::move(parsed);
  }

  std::string ExpandText(std::string_view text, const Position& where, int depth) {
    std::string out;
    while (!text.empty() && within_bounds_) {
      const size_t dollar = text.find('$');
      out += text.substr(0, dollar);
      text.remove_prefix(std::min(dollar, text.size()));
      const size_t end = text.substr(0, 2) == "${" ? FindEnd(text) : std::string_view::npos;
      if (end != std::string_view::npos) {
        const std::optional<std::string> value = Fetch(text.substr(2, end - 2), where, depth);
        out += value ? ExpandText(*value, where, depth + 1) : "";
        text.remove_prefix(end + 1);
      } else if (!text.empty()) {
        out += '$';
        text.remove_prefix(text.substr(0, 2) == "$$" ? 2 : 1);
      }
    }
    return out;
  }

  // What stands for the reference, not expanded itself. Nothing: there was an error or a warning.
  std::optional<std::string> Fetch(std::string_view inside, const Position& where, int depth) {
    if (depth >= kMaxReferenceDepth || ++references_ > kMaxReferences) {
      OutOfBounds(where);
    }
    if (!within_bounds_) {
      return std::nullopt;
    }
    const Reference reference = Split(inside);
    std::optional<std::string> value = reference.name.substr(0, 5) == "file:"
                                           ? FetchFile(std::string(reference.name.substr(5)), where)
                                           : FetchVariable(reference, where);
    fetched_bytes_ += value ? value->size() : 0;
    if (fetched_bytes_ > kMaxFetchedBytes) {
      OutOfBounds(where);
    }
    return value;
  }

  std::optional<std::string> FetchVariable(const Reference& reference, const Position& where) {
    const bool is_env = reference.name.substr(0, 4) == "env:";
    const std::string name(reference.name.substr(is_env ? 4 : 0));
    if (!is_env && name.find(':') != std::string::npos) {
      report_.Error(where, path_,
                    "want ${env:NAME} or ${file:PATH}, got " +
                        Quote(absl::StrCat("${", name, "}")) + "; write \"$$\" for a plain \"$\"");
      return std::nullopt;
    }
    if (!IsVariableName(name)) {
      report_.Error(where, path_, "environment variable " + Quote(name) + " has invalid name");
      return std::nullopt;
    }
    std::optional<std::string> value = environment_(name);
    if (!value && reference.fallback) {
      value.emplace(*reference.fallback);
    }
    if (!value) {
      report_.Warn(where, path_, "environment variable " + name + " is not set; empty is used");
    }
    return value;
  }

  std::optional<std::string> FetchFile(const std::string& path, const Position& where) {
    StatusOr<std::string> text = ReadFile(path);
    if (!text.ok()) {
      report_.Error(where, path_, Quote(path).append(" ").append(MessageOf(text.status())));
      return std::nullopt;
    }
    text->erase(text->find_last_not_of("\r\n") + 1);
    return *std::move(text);
  }

  void OutOfBounds(const Position& where) {
    if (within_bounds_) {
      report_.Error(where, path_,
                    "references lead to references without end, or to more than 4 MiB of text");
    }
    within_bounds_ = false;
  }

  const Environment& environment_;
  Report& report_;
  std::string path_;  // of the keys to where ExpandTree() is
  int references_ = 0;
  size_t fetched_bytes_ = 0;
  bool within_bounds_ = true;
};

}  // namespace

Node Expand(Node tree, const Environment& environment, Report& report) {
  Expander(environment, report).ExpandTree(tree, 0);
  return tree;
}

}  // namespace spanhold::config
