#include "src/config/source.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <absl/strings/ascii.h>

#include "src/config/environment.h"
#include "src/config/file.h"
#include "src/config/quote.h"

namespace spanhold::config {
namespace {

// "scheme:rest"; a scheme has at least two characters (RFC 3986 section 3.1, but for "C:").
struct Uri {
  std::string_view scheme;
  std::string_view rest;
};

Uri ParseUri(std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, colon);
  const bool is_scheme = colon != std::string_view::npos && colon >= 2 &&
                         absl::ascii_isalpha(static_cast<unsigned char>(scheme[0])) &&
                         std::all_of(scheme.begin(), scheme.end(), [](char c) {
                           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' ||
                                  c == '.' || c == '-';
                         });
  return is_scheme ? Uri{scheme, text.substr(colon + 1)} : Uri{"file", text};
}

// `value` under `keys`, one level for each, which `separator` stands between. What would be deeper
// than a document may be stays one key, which is then an unknown one.
NodeEntry Nest(std::string_view keys, std::string_view separator, const Position& where, Node value,
               size_t depth = 0) {
  const size_t end = depth < kMaxDepth ? keys.find(separator) : std::string_view::npos;
  NodeEntry entry;
  entry.key = std::string(keys.substr(0, end));
  entry.where = where;
  if (end == std::string_view::npos) {
    entry.value = std::move(value);
    return entry;
  }
  entry.value.kind = Node::Kind::kMap;
  entry.value.where = where;
  entry.value.entries.push_back(
      Nest(keys.substr(end + separator.size()), separator, where, std::move(value), depth + 1));
  return entry;
}

void Merge(Node& base, Node over) {
  if (!base.is_map() || !over.is_map()) {
    base = std::move(over);
    return;
  }
  for (NodeEntry& entry : over.entries) {
    const auto found =
        std::find_if(base.entries.begin(), base.entries.end(),
                     [&](const NodeEntry& existing) { return existing.key == entry.key; });
    if (found == base.entries.end()) {
      base.entries.push_back(std::move(entry));
    } else {
      Merge(found->value, std::move(entry.value));
    }
  }
}

// The Collector's key delimiter in "yaml:" sources: "a::b: c" means "a: {b: c}".
Node SplitKeys(const Node& map) {
  Node out;
  out.kind = Node::Kind::kMap;
  out.where = map.where;
  for (const NodeEntry& entry : map.entries) {
    Node nested;
    nested.kind = Node::Kind::kMap;
    nested.entries.push_back(Nest(entry.key, "::", entry.where, entry.value));
    Merge(out, std::move(nested));
  }
  return out;
}

std::optional<std::string> Fetch(const Uri& uri, const std::string& name,
                                 const Environment& environment, Report& report) {
  if (uri.scheme == "yaml") {
    return std::string(uri.rest);
  }
  if (uri.scheme == "env") {
    std::optional<std::string> value = environment(std::string(uri.rest));
    if (!value) {
      report.Error({name}, "", "this environment variable is not set");
    }
    return value;
  }
  if (uri.scheme == "file") {
    StatusOr<std::string> text = ReadFile(std::string(uri.rest));
    if (!text.ok()) {
      report.Error({name}, "", MessageOf(text.status()));
      return std::nullopt;
    }
    return *std::move(text);
  }
  report.Error({name}, "",
               uri.scheme == "http" || uri.scheme == "https"
                   ? "configuration is not read over the network; download it to a file first"
                   : "want a file, file:, env: or yaml:");
  return std::nullopt;
}

std::optional<Node> ReadConfig(const std::string& config, const Environment& environment,
                               Report& report) {
  const Uri uri = ParseUri(config);
  const std::string name = uri.scheme == "yaml"   ? "--config yaml"
                           : uri.scheme == "file" ? std::string(uri.rest)
                                                  : config;
  const std::optional<std::string> text = Fetch(uri, name, environment, report);
  std::optional<Node> node = text ? ParseYaml(*text, name, report) : std::nullopt;
  if (node && !node->is_map() && !node->is_null()) {
    report.Error(node->where, "", "want a map of keys like \"receivers:\" at the top");
    return std::nullopt;
  }
  return node && uri.scheme == "yaml" ? SplitKeys(*node) : node;
}

std::optional<Node> ReadEnvironment(const Environment& environment, Report& report) {
  const std::string name = "environment";
  const StatusOr<std::string> text = EnvironmentYaml(environment);
  if (!text.ok()) {
    report.Error({name}, "", MessageOf(text.status()));
    return std::nullopt;
  }
  return ParseYaml(*text, name, report);
}

// The whole tree is of the command line, which has no lines.
void ForgetLines(Node& node) {
  node.where.line = 0;
  for (Node& item : node.items) {
    ForgetLines(item);
  }
  for (NodeEntry& entry : node.entries) {
    entry.where.line = 0;
    ForgetLines(entry.value);
  }
}

std::optional<Node> ReadSet(const std::string& set, Report& report) {
  const size_t equals = set.find('=');
  if (equals == std::string::npos || equals == 0) {
    report.Error({"--set"}, "", "want key.path=value, got " + Quote(set));
    return std::nullopt;
  }
  // Without the value, which may be a secret.
  const std::string keys = set.substr(0, equals);
  const Position where{"--set " + keys};
  std::optional<Node> value = ParseYaml(set.substr(equals + 1), where.file, report);
  if (!value) {
    return std::nullopt;
  }
  Node node;
  node.kind = Node::Kind::kMap;
  node.where = where;
  node.entries.push_back(Nest(keys, ".", where, *std::move(value)));
  ForgetLines(node);
  return node;
}

}  // namespace

std::optional<Node> ReadSources(const Sources& sources, const Environment& environment,
                                Report& report) {
  Node merged;
  bool complete = true;
  const auto add = [&](std::optional<Node> node) {
    complete = complete && node.has_value();
    if (node && merged.is_null()) {
      merged.where = node->where;
    }
    if (node && !node->is_null()) {
      Merge(merged, *std::move(node));
    }
  };
  if (sources.configs.empty()) {
    add(ReadEnvironment(environment, report));
  }
  for (const std::string& config : sources.configs) {
    add(ReadConfig(config, environment, report));
  }
  for (const std::string& set : sources.sets) {
    add(ReadSet(set, report));
  }
  return complete ? std::optional(Expand(std::move(merged), environment, report)) : std::nullopt;
}

}  // namespace spanhold::config
