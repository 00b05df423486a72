#pragma once

#include <string>

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/otlp/trace_batch.h"
#include "src/otlp/views.h"

namespace spanhold::otlp {

// Writes `batch` as TracesData in OTLP's JSON mapping, on one line without an end of line: ids in
// lower-case hex, enums and 32-bit integers as numbers, 64-bit integers as strings, bytes in
// base64, defaults and unknown fields left out. Resources and scopes are grouped as by Encode().
//
// Threading: a pure function of an immutable batch.
Bytes EncodeJson(const TraceBatch& batch, MemoryBudget& budget);

// The same with the end of the line behind it.
Bytes EncodeJsonLine(const TraceBatch& batch, MemoryBudget& budget);

// Appends `value` as plain JSON, for people and for backends without types: arrays and maps as such
// (keys in wire order), integers as numbers, bytes as a base64 string, an empty value as null.
void AppendAnyValueJson(std::string& out, const AnyValueView& value);

}  // namespace spanhold::otlp
