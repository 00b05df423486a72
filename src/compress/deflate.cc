#include "src/compress/deflate.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <absl/strings/str_cat.h>
#include <isa-l/igzip_lib.h>

#include "src/compress/blocks.h"
#include "src/core/check.h"

namespace spanhold::compress {
namespace {

// ISA-L counts in 32 bits.
constexpr size_t kLargestStep = size_t{1} << 30U;
// Telemetry compresses 8 to 30 times. What a stream says of its size is not believed beyond this, so
// that a few bytes cannot reserve the whole budget.
constexpr uint64_t kLikelyRatio = 64;

// Its interface takes pointers to mutable bytes that it only reads.
uint8_t* Mutable(const char* bytes) {
  return const_cast<uint8_t*>(reinterpret_cast<const uint8_t*>(bytes));
}

uint32_t Step(size_t size) {
  return static_cast<uint32_t>(std::min(size, kLargestStep));
}

// The last four bytes of a gzip stream: the size of its last member's content.
uint32_t GzipContentSize(std::string_view input) {
  uint32_t size = 0;  // little-endian, as this machine is (src/otlp/wire.h)
  if (input.size() >= sizeof size) {
    std::memcpy(&size, input.data() + input.size() - sizeof size, sizeof size);
  }
  return size;
}

Status Malformed(DeflateFormat format, std::string_view what) {
  const bool gzip = format == DeflateFormat::kGzip;
  return absl::InvalidArgumentError(absl::StrCat(gzip ? "gzip: " : "zlib: ", std::string(what)));
}

Status Malformed(DeflateFormat format, int isal_error) {
  switch (isal_error) {
    case ISAL_INVALID_WRAPPER:
    case ISAL_UNSUPPORTED_METHOD:
      return Malformed(format, "no valid header");
    case ISAL_NEED_DICT:
      return Malformed(format, "needs a dictionary");
    case ISAL_INCORRECT_CHECKSUM:
      return Malformed(format, "wrong checksum");
    default:
      return Malformed(format, "broken data");
  }
}

// Inflates one member from the front of `input` and removes it there.
Status InflateMember(DeflateFormat format, inflate_state& state, std::string_view& input,
                     Output& output) {
  isal_inflate_init(&state);
  state.crc_flag = format == DeflateFormat::kGzip ? ISAL_GZIP : ISAL_ZLIB;
  while (state.block_state != ISAL_BLOCK_FINISH) {
    SPANHOLD_RETURN_IF_ERROR(output.EnsureRoom());
    const uint32_t room = Step(output.room());
    const uint32_t available = Step(input.size());
    state.next_out = reinterpret_cast<uint8_t*>(output.end());
    state.avail_out = room;
    state.next_in = Mutable(input.data());
    state.avail_in = available;
    const int result = isal_inflate(&state);
    output.Wrote(room - state.avail_out);
    input.remove_prefix(available - state.avail_in);
    if (result != ISAL_DECOMP_OK) {
      return Malformed(format, result);
    }
    if (state.block_state != ISAL_BLOCK_FINISH && input.empty() && state.avail_out > 0) {
      return Malformed(format, "the stream is truncated");
    }
  }
  // It reads ahead by up to eight bytes; those after the member belong to the next one.
  const auto read_ahead = static_cast<size_t>(state.read_in_length / 8);
  input = {input.data() - read_ahead, input.size() + read_ahead};
  return absl::OkStatus();
}

// The state of isal_deflate_stateless() and the tables of its level 1.
struct Deflater {
  isal_zstream stream;
  uint8_t level_buffer[ISAL_DEF_LVL1_DEFAULT];
};

// After one of ISA-L's init functions.
isal_zstream& Prepare(Deflater& deflater, DeflateFormat format) {
  isal_zstream& stream = deflater.stream;
  stream.gzip_flag = format == DeflateFormat::kGzip ? IGZIP_GZIP : IGZIP_ZLIB;
  stream.level = 1;
  stream.level_buf = deflater.level_buffer;
  stream.level_buf_size = sizeof(deflater.level_buffer);
  return stream;
}

// Until all input is taken, and at the end of the stream all output written.
void DeflateAvailable(isal_zstream& stream, Blocks& blocks) {
  do {
    stream.next_out = reinterpret_cast<uint8_t*>(blocks.end());
    stream.avail_out = static_cast<uint32_t>(blocks.room());
    const uint32_t room = stream.avail_out;
    const int result = isal_deflate(&stream);
    SPANHOLD_CHECK(result == COMP_OK);
    blocks.Wrote(room - stream.avail_out);
  } while (stream.avail_in > 0 || stream.avail_out == 0);
}

}  // namespace

Status Inflate(DeflateFormat format, std::string_view input, Output& output) {
  thread_local auto state = std::make_unique<inflate_state>();
  const bool gzip = format == DeflateFormat::kGzip;
  const uint64_t likely = input.size() * kLikelyRatio;
  const uint64_t expected =
      gzip ? std::min<uint64_t>(GzipContentSize(input), likely) : 8 * input.size();
  // One more than the content: the end of the stream is seen only where there is room left.
  SPANHOLD_RETURN_IF_ERROR(output.EnsureRoom(expected + 1));
  do {
    SPANHOLD_RETURN_IF_ERROR(InflateMember(format, *state, input, output));
  } while (gzip && !input.empty());
  return input.empty() ? absl::OkStatus() : Malformed(format, "bytes after the end of the stream");
}

Bytes Deflate(DeflateFormat format, std::string_view input, MemoryBudget& budget) {
  SPANHOLD_CHECK(input.size() <= kLargestStep);
  // What does not compress is stored in blocks of at most 65535 bytes with 5 bytes before each;
  // header and checksum of the wrapper take at most 18.
  const size_t bound = input.size() + 5 * (input.size() / 65535 + 1) + 18;
  Bytes scratch = Bytes::Allocate(budget.Reserve(bound));
  thread_local auto deflater = std::make_unique<Deflater>();
  isal_deflate_stateless_init(&deflater->stream);
  isal_zstream& stream = Prepare(*deflater, format);
  stream.end_of_stream = 1;
  stream.next_in = Mutable(input.data());
  stream.avail_in = static_cast<uint32_t>(input.size());
  stream.next_out = reinterpret_cast<uint8_t*>(scratch.data());
  stream.avail_out = static_cast<uint32_t>(bound);
  const int result = isal_deflate_stateless(&stream);
  SPANHOLD_CHECK(result == COMP_OK);
  return Bytes::Copy({scratch.data(), stream.total_out}, budget);
}

Rope Deflate(DeflateFormat format, const Rope& input, MemoryBudget& budget) {
  const auto deflater = std::make_unique<Deflater>();
  isal_deflate_init(&deflater->stream);
  isal_zstream& stream = Prepare(*deflater, format);
  Blocks blocks(budget);
  size_t left = input.size();
  for (const Rope::Piece& piece : input.pieces()) {
    SPANHOLD_CHECK(piece.bytes.size() <= kLargestStep);
    left -= piece.bytes.size();
    stream.end_of_stream = left == 0 ? 1 : 0;
    stream.next_in = Mutable(piece.bytes.data());
    stream.avail_in = static_cast<uint32_t>(piece.bytes.size());
    DeflateAvailable(stream, blocks);
  }
  SPANHOLD_CHECK(stream.internal_state.state == ZSTATE_END);
  return std::move(blocks).Finish();
}

}  // namespace spanhold::compress
