#pragma once

#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/exporter/file/config.h"
#include "src/otlp/trace_batch.h"

namespace spanhold::file {

// `batch` as one record of the file, with what keeps records apart: a line of OTLP JSON and its
// '\n', or, as protobuf or compressed, the payload behind its length (4 bytes, big-endian).
// Compressed, each payload is a zstd frame of its own.
//
// Threading: a pure function of an immutable batch.
Bytes EncodeRecord(const otlp::TraceBatch& batch, Format format, Compression compression,
                   MemoryBudget& budget);

}  // namespace spanhold::file
