#pragma once

#include <cstdint>
#include <string>

namespace spanhold::config {

// The bytes of memory that this process may use: the smallest limit of its cgroup (v2, else v1) and
// those above it, or what the machine has. `root` is "/" but for tests.
uint64_t AvailableMemory(const std::string& root = "/");

}  // namespace spanhold::config
