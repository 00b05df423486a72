#pragma once

#include <string>

#include "src/config/node.h"

namespace spanhold::config {

// The tree on one line: {a: 1, b: [2, ~, 'in quotes']}.
inline std::string Show(const Node& node) {
  std::string out;
  switch (node.kind) {
    case Node::Kind::kNull:
      return "~";
    case Node::Kind::kScalar:
      return node.quoted ? "'" + node.text + "'" : node.text;
    case Node::Kind::kSequence:
      for (const Node& item : node.items) {
        out += (out.empty() ? "" : ", ") + Show(item);
      }
      return "[" + out + "]";
    case Node::Kind::kMap:
      for (const NodeEntry& entry : node.entries) {
        out += (out.empty() ? "" : ", ") + entry.key + ": " + Show(entry.value);
      }
      return "{" + out + "}";
  }
  return out;
}

}  // namespace spanhold::config
