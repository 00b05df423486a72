#include "src/compress/zstd.h"

#include <zstd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <absl/strings/str_cat.h>

#include "src/compress/blocks.h"
#include "src/core/check.h"

namespace spanhold::compress {
namespace {

// The largest window that senders use: klauspost/compress, the Go library behind the Collector,
// takes 32 MiB at its best level. RFC 8878 asks for 8 MiB.
constexpr int kLargestWindowLog = 25;
// A context that a window has made larger than this is not kept for the next request.
constexpr size_t kLargestKeptContext = size_t{1} << 20U;
constexpr size_t kMagicSize = 4;
constexpr uint32_t kSkippableMask = 0xFFFFFFF0;

struct FreeDCtx {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct FreeCCtx {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

Status Malformed(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("zstd: ", std::string(what)));
}

// Frames of RFC 8878, not the library's older formats.
bool IsFrame(std::string_view input) {
  uint32_t magic = 0;
  for (size_t i = std::min(input.size(), kMagicSize); i > 0; --i) {
    magic = (magic << 8U) | static_cast<uint8_t>(input[i - 1]);
  }
  return magic == ZSTD_MAGICNUMBER || (magic & kSkippableMask) == ZSTD_MAGIC_SKIPPABLE_START;
}

// log2 of the window that a frame asks for, rounded up (RFC 8878 section 3.1.1.1.2).
int WindowLog(std::string_view frame) {
  const auto descriptor = static_cast<uint8_t>(frame[kMagicSize + 1]);
  const int exponent = descriptor >> 3U;
  const bool has_mantissa = (descriptor & 7U) != 0;
  return 10 + exponent + (has_mantissa ? 1 : 0);
}

// A frame that says how large its content is, which the decoder verifies: no window is needed.
Status DecompressKnown(ZSTD_DCtx& context, std::string_view frame, uint64_t size, Output& output) {
  SPANHOLD_RETURN_IF_ERROR(output.EnsureRoom(size));
  if (output.room() < size) {
    return output.TooLarge();
  }
  const size_t written =
      ZSTD_decompressDCtx(&context, output.end(), output.room(), frame.data(), frame.size());
  if (ZSTD_isError(written)) {
    return Malformed(ZSTD_getErrorName(written));
  }
  output.Wrote(written);
  return absl::OkStatus();
}

// A frame of unknown size, which is decoded through a window.
Status DecompressUnknown(ZSTD_DCtx& context, std::string_view frame, Output& output,
                         MemoryBudget& budget) {
  const int window_log = WindowLog(frame);
  if (window_log > kLargestWindowLog) {
    return Malformed("the window is larger than 32 MiB");
  }
  const std::optional<Reservation> window = budget.TryReserve(uint64_t{1} << window_log);
  if (!window) {
    return Output::NoMemory();
  }
  ZSTD_DCtx_reset(&context, ZSTD_reset_session_only);
  ZSTD_inBuffer in{frame.data(), frame.size(), 0};
  for (size_t left = 1; left != 0;) {
    SPANHOLD_RETURN_IF_ERROR(output.EnsureRoom(in.pos == 0 ? 8 * frame.size() : 1));
    ZSTD_outBuffer out{output.end(), output.room(), 0};
    left = ZSTD_decompressStream(&context, &out, &in);
    if (ZSTD_isError(left)) {
      return Malformed(ZSTD_getErrorName(left));
    }
    output.Wrote(out.pos);
  }
  return absl::OkStatus();
}

Status DecompressFrames(ZSTD_DCtx& context, std::string_view input, Output& output,
                        MemoryBudget& budget) {
  do {
    if (!IsFrame(input)) {
      return Malformed("no valid header");
    }
    const size_t frame_size = ZSTD_findFrameCompressedSize(input.data(), input.size());
    if (ZSTD_isError(frame_size)) {
      return Malformed(ZSTD_getErrorName(frame_size));
    }
    const std::string_view frame = input.substr(0, frame_size);
    const unsigned long long content = ZSTD_getFrameContentSize(frame.data(), frame.size());
    SPANHOLD_RETURN_IF_ERROR(content == ZSTD_CONTENTSIZE_UNKNOWN
                                 ? DecompressUnknown(context, frame, output, budget)
                                 : DecompressKnown(context, frame, content, output));
    input.remove_prefix(frame_size);
  } while (!input.empty());
  return absl::OkStatus();
}

}  // namespace

Status ZstdDecompress(std::string_view input, Output& output, MemoryBudget& budget) {
  thread_local std::unique_ptr<ZSTD_DCtx, FreeDCtx> context(ZSTD_createDCtx());
  Status status = DecompressFrames(*context, input, output, budget);
  if (ZSTD_sizeof_DCtx(context.get()) > kLargestKeptContext) {
    context.reset(ZSTD_createDCtx());
  }
  return status;
}

Bytes ZstdCompress(std::string_view input, MemoryBudget& budget) {
  thread_local std::unique_ptr<ZSTD_CCtx, FreeCCtx> context(ZSTD_createCCtx());
  SPANHOLD_CHECK(context != nullptr);
  Bytes scratch = Bytes::Allocate(budget.Reserve(ZSTD_compressBound(input.size())));
  const size_t size = ZSTD_compressCCtx(context.get(), scratch.data(), scratch.size(), input.data(),
                                        input.size(), 1);
  SPANHOLD_CHECK(!ZSTD_isError(size));
  return Bytes::Copy({scratch.data(), size}, budget);
}

Rope ZstdCompress(const Rope& input, MemoryBudget& budget) {
  const std::unique_ptr<ZSTD_CCtx, FreeCCtx> context(ZSTD_createCCtx());
  SPANHOLD_CHECK(context != nullptr);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setPledgedSrcSize(context.get(), input.size());
  Blocks blocks(budget);
  size_t left = input.size();
  for (const Rope::Piece& piece : input.pieces()) {
    left -= piece.bytes.size();
    const ZSTD_EndDirective how = left == 0 ? ZSTD_e_end : ZSTD_e_continue;
    ZSTD_inBuffer in{piece.bytes.data(), piece.bytes.size(), 0};
    for (size_t more = 1; in.pos < in.size || (how == ZSTD_e_end && more != 0);) {
      ZSTD_outBuffer out{blocks.end(), blocks.room(), 0};
      more = ZSTD_compressStream2(context.get(), &out, &in, how);
      SPANHOLD_CHECK(!ZSTD_isError(more));
      blocks.Wrote(out.pos);
    }
  }
  return std::move(blocks).Finish();
}

}  // namespace spanhold::compress
