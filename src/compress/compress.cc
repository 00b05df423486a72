#include "src/compress/compress.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "src/compress/deflate.h"
#include "src/compress/output.h"
#include "src/compress/zstd.h"

namespace spanhold::compress {
namespace {

Status Copy(std::string_view input, Output& output) {
  SPANHOLD_RETURN_IF_ERROR(output.EnsureRoom(input.size()));
  const size_t size = std::min(output.room(), input.size());
  if (size > 0) {  // an empty view may be null, which memcpy does not take
    std::memcpy(output.end(), input.data(), size);
  }
  output.Wrote(size);
  return absl::OkStatus();
}

Status DecompressInto(Encoding encoding, std::string_view input, Output& output,
                      MemoryBudget& budget) {
  switch (encoding) {
    case Encoding::kIdentity:
      return Copy(input, output);
    case Encoding::kGzip:
      return Inflate(DeflateFormat::kGzip, input, output);
    case Encoding::kZlib:
      return Inflate(DeflateFormat::kZlib, input, output);
    case Encoding::kZstd:
      return ZstdDecompress(input, output, budget);
  }
  return absl::InternalError("unknown encoding");
}

}  // namespace

std::optional<Encoding> ParseEncoding(std::string_view name) {
  if (name.empty() || name == "identity" || name == "none") {
    return Encoding::kIdentity;
  }
  if (name == "gzip") {
    return Encoding::kGzip;
  }
  if (name == "deflate" || name == "zlib") {
    return Encoding::kZlib;
  }
  if (name == "zstd") {
    return Encoding::kZstd;
  }
  return std::nullopt;
}

StatusOr<Bytes> Decompress(Encoding encoding, std::string_view input, uint64_t max_size,
                           MemoryBudget& budget) {
  Output output(max_size, budget);
  SPANHOLD_RETURN_IF_ERROR(DecompressInto(encoding, input, output, budget));
  return std::move(output).Finish();
}

Bytes Compress(Encoding encoding, std::string_view input, MemoryBudget& budget) {
  switch (encoding) {
    case Encoding::kGzip:
      return Deflate(DeflateFormat::kGzip, input, budget);
    case Encoding::kZlib:
      return Deflate(DeflateFormat::kZlib, input, budget);
    case Encoding::kZstd:
      return ZstdCompress(input, budget);
    case Encoding::kIdentity:
      break;
  }
  return Bytes::Copy(input, budget);
}

Rope Compress(Encoding encoding, const Rope& input, MemoryBudget& budget) {
  if (input.pieces().size() <= 1 && input.size() <= kSmallRequest) {
    const std::string_view whole =
        input.pieces().empty() ? std::string_view() : input.pieces().front().bytes;
    return Rope(Compress(encoding, whole, budget));
  }
  switch (encoding) {
    case Encoding::kGzip:
      return Deflate(DeflateFormat::kGzip, input, budget);
    case Encoding::kZlib:
      return Deflate(DeflateFormat::kZlib, input, budget);
    case Encoding::kZstd:
      return ZstdCompress(input, budget);
    case Encoding::kIdentity:
      break;
  }
  Rope copy;
  for (const Rope::Piece& piece : input.pieces()) {
    copy.Append(Bytes::Copy(piece.bytes, budget));
  }
  return copy;
}

}  // namespace spanhold::compress
