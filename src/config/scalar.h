#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/config/node.h"

namespace spanhold::config {

// What a node means where a certain type is wanted, by the rules of the Collector's YAML (1.2's core
// schema with Go's numbers). Nothing: it is not of that type. A quoted scalar is only ever text.

// true, True, TRUE, false, False, FALSE.
std::optional<bool> AsBool(const Node& node);

// 10, -10, 1_000, 0x1F, 0o17, 017, 0b11.
std::optional<int64_t> AsInt(const Node& node);

// Any AsInt(), 0.5, 1e-3, .inf, -.inf, .nan.
std::optional<double> AsDouble(const Node& node);

// Any scalar as it was written, and the whole text of what a reference brought in.
std::optional<std::string> AsText(const Node& node);

// The node for an error message: "five", the text "5", a list.
std::string ShowValue(const Node& node);

}  // namespace spanhold::config
