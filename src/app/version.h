#pragma once

namespace spanhold::app {

// From the project() of CMakeLists.txt.
inline constexpr char kVersion[] = SPANHOLD_VERSION;

}  // namespace spanhold::app
