#pragma once

#include <string_view>

#include "src/core/memory_budget.h"
#include "src/core/status.h"
#include "src/otlp/chunk.h"

namespace spanhold::otlp {

// Translates an ExportTraceServiceRequest in OTLP's JSON mapping into wire bytes, and Decode()s
// these. It takes what the Collector takes, and a little more for what SDKs really send:
//   - keys in lowerCamelCase or as in the .proto files; unknown ones are ignored, a null is an
//     absent field, of a key that comes twice the last counts (lists are joined);
//   - ids in hexadecimal of either case; bytes in base64 of either alphabet;
//   - numbers as numbers or strings, integers with a fraction or exponent too if the value is whole
//     (1.5e3), doubles also as "NaN", "Infinity" and "-Infinity"; enums as numbers or names;
//   - half surrogate pairs in strings, which become U+FFFD;
//   - an intValue beyond 64 bits, which JavaScript writes for 1e21, becomes a doubleValue; any other
//     number out of its field's range is an error.
//
// kInvalidArgument says what is wrong and where: `resourceSpans[0].scopeSpans[2].spans[17].kind:
// ...`. kUnavailable: `budget` has no room now. kResourceExhausted: the whole of it
// would not be enough.
//
// Threading: a pure function. `json` is not used after it returns.
StatusOr<ChunkPtr> DecodeJson(std::string_view json, MemoryBudget& budget);

}  // namespace spanhold::otlp
