// A request as JSON: what DecodeJson() accepts is JSON to an independent parser too, can be written as
// JSON, and that be read and written again. From the second time on it stays as it is: the first may
// join resources that were written differently and are the same.

#include <simdjson.h>

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

// Past the limits of the parser too: on nesting, numbers and half surrogate pairs.
bool IsJson(const std::string& json) {
  simdjson::dom::parser parser;
  switch (parser.parse(json).error()) {
    case simdjson::SUCCESS:
    case simdjson::DEPTH_ERROR:
    case simdjson::NUMBER_ERROR:
    case simdjson::STRING_ERROR:
      return true;
    default:
      return false;
  }
}

// `json` is a buffer of its own size, so that a read past its end is seen.
void Run(const std::string& json) {
  const auto once = Rewrite(json);
  if (once) {
    SPANHOLD_CHECK(IsJson(json));
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
