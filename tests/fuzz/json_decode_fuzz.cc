// A request as JSON: what DecodeJson() accepts can be written as JSON, and that be read and written
// again. From the second time on it stays as it is: the first may join resources that were written
// differently and are the same.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "src/core/check.h"
#include "src/otlp/json_decode.h"
#include "src/otlp/json_encode.h"

namespace spanhold::otlp {
namespace {

// `json` read and written; nothing when it is refused.
std::optional<std::string> Rewrite(const std::string& json) {
  MemoryBudget budget(std::numeric_limits<uint64_t>::max());
  const auto chunk = DecodeJson(json, budget);
  if (!chunk.ok()) {
    return std::nullopt;
  }
  return std::string(EncodeJson(TraceBatch::Whole(*chunk, nullptr), budget).view());
}

// `json` is a buffer of its own size, so that a read past its end is seen.
void Run(const std::string& json) {
  const auto once = Rewrite(json);
  if (once) {
    const auto twice = Rewrite(*once);
    SPANHOLD_CHECK(twice && Rewrite(*twice) == twice);
  }
}

}  // namespace
}  // namespace spanhold::otlp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  spanhold::otlp::Run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
