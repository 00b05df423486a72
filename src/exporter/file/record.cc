#include "src/exporter/file/record.h"

#include <cstdint>
#include <cstring>

#include "src/compress/compress.h"
#include "src/otlp/encode.h"
#include "src/otlp/json_encode.h"

namespace spanhold::file {
namespace {

constexpr size_t kLengthSize = 4;

Bytes Framed(std::string_view payload, MemoryBudget& budget) {
  Bytes record = Bytes::Allocate(budget.Reserve(kLengthSize + payload.size()));
  const auto length = static_cast<uint32_t>(payload.size());
  for (size_t i = 0; i < kLengthSize; ++i) {
    record.data()[i] = static_cast<char>(length >> (8 * (kLengthSize - 1 - i)));
  }
  std::memcpy(record.data() + kLengthSize, payload.data(), payload.size());
  return record;
}

}  // namespace

Bytes EncodeRecord(const otlp::TraceBatch& batch, Format format, Compression compression,
                   MemoryBudget& budget) {
  if (format == Format::kJson && compression == Compression::kNone) {
    return otlp::EncodeJsonLine(batch, budget);
  }
  const Bytes payload =
      format == Format::kJson ? otlp::EncodeJson(batch, budget) : otlp::Encode(batch, budget);
  if (compression == Compression::kNone) {
    return Framed(payload.view(), budget);
  }
  const Bytes frame = compress::Compress(compress::Encoding::kZstd, payload.view(), budget);
  return Framed(frame.view(), budget);
}

}  // namespace spanhold::file
