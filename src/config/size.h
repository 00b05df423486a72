#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "src/core/status.h"

namespace spanhold::config {

// Bytes: a whole number, alone or with B, KiB, MiB, GiB, TiB (1024) or KB, MB, GB, TB (1000); the
// unit's case does not matter and a space may stand before it.
StatusOr<uint64_t> ParseSize(std::string_view text);

// The shortest text that ParseSize() reads as `bytes`: "64MiB", "10MB", "1025".
std::string FormatSize(uint64_t bytes);

}  // namespace spanhold::config
