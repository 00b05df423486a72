#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/report.h"
#include "src/core/status.h"

namespace spanhold::config {

struct NodeEntry;

// A value of a YAML document and where it stands. A tree is built once and not changed after that.
struct Node {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  Position where;
  std::string text;     // of a scalar, as written, without its quotes
  bool quoted = false;  // a scalar that was in quotes, a block or tagged !!str: always a string
  // Where the value came from a reference (expand.h): its whole text, for keys that take text. A
  // password that looks like a number or a list stays what it is.
  std::optional<std::string> original;
  std::vector<Node> items;
  std::vector<NodeEntry> entries;  // in the order of the file, each key once

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_map() const { return kind == Kind::kMap; }

  // The value of a map's key, or null.
  const Node* Find(std::string_view key) const;
  // The value at "a.b.c", or null.
  const Node* FindPath(std::string_view path) const;
};

struct NodeEntry {
  std::string key;
  Position where;
  Node value;
};

// What a document may hold, aliases counted as often as they are used: a small file of nested
// aliases would otherwise grow without end.
inline constexpr size_t kMaxNodes = 20'000;
inline constexpr size_t kMaxDepth = 64;
inline constexpr size_t kMaxTextBytes = size_t{1} << 20U;

// Reads one YAML document; an empty one is null. Anchors, aliases and merge keys ("<<") are
// resolved. `name` is the file of every Position. Errors go to `report`. Nothing is returned after
// one that leaves the rest unclear (bad syntax, past a limit); a key set twice keeps its first value.
std::optional<Node> ParseYaml(std::string_view text, const std::string& name, Report& report);

}  // namespace spanhold::config
