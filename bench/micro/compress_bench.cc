// gzip, zlib and zstd as the daemon does them (ISA-L, libzstd with reused contexts), and zlib at its
// fastest level as the library that everybody else uses. `bytes` are those of the request before
// compression; `size` is the share that is left.

#include <zlib.h>

#include <benchmark/benchmark.h>

#include "bench/micro/input.h"
#include "src/compress/compress.h"

namespace spanhold::bench {
namespace {

using compress::Encoding;

constexpr uint64_t kNoLimit = uint64_t{1} << 30U;
constexpr int kGzipWrapper =
    15 + 16;  // zlib.h: windowBits of the largest window, in gzip's wrapper
constexpr int kFastest = 1;

void SetShare(benchmark::State& state, size_t compressed, size_t whole) {
  state.counters["size"] = static_cast<double>(compressed) / static_cast<double>(whole);
}

void Compress(benchmark::State& state, Encoding encoding) {
  const std::string wire = Wire(kBatch);
  size_t size = 0;
  for (auto iteration : state) {
    size = compress::Compress(encoding, wire, Budget()).size();
    benchmark::DoNotOptimize(size);
  }
  SetShare(state, size, wire.size());
  CountSpans(state, kBatch, wire.size());
}
BENCHMARK_CAPTURE(Compress, gzip, Encoding::kGzip);
BENCHMARK_CAPTURE(Compress, zlib, Encoding::kZlib);
BENCHMARK_CAPTURE(Compress, zstd, Encoding::kZstd);

void Decompress(benchmark::State& state, Encoding encoding) {
  const std::string wire = Wire(kBatch);
  const Bytes compressed = compress::Compress(encoding, wire, Budget());
  for (auto iteration : state) {
    benchmark::DoNotOptimize(compress::Decompress(encoding, compressed.view(), kNoLimit, Budget()));
  }
  CountSpans(state, kBatch, wire.size());
}
BENCHMARK_CAPTURE(Decompress, gzip, Encoding::kGzip);
BENCHMARK_CAPTURE(Decompress, zlib, Encoding::kZlib);
BENCHMARK_CAPTURE(Decompress, zstd, Encoding::kZstd);

Bytef* Input(const std::string& text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

// A stream that is reset instead of made anew, which is how zlib is at its best.
void ZlibDeflate(benchmark::State& state) {
  const std::string wire = Wire(kBatch);
  z_stream stream{};
  SPANHOLD_CHECK(deflateInit2(&stream, kFastest, Z_DEFLATED, kGzipWrapper, 8, Z_DEFAULT_STRATEGY) ==
                 Z_OK);
  std::string out(deflateBound(&stream, wire.size()), '\0');
  for (auto iteration : state) {
    SPANHOLD_CHECK(deflateReset(&stream) == Z_OK);
    stream.next_in = Input(wire);
    stream.avail_in = static_cast<uInt>(wire.size());
    stream.next_out = Input(out);
    stream.avail_out = static_cast<uInt>(out.size());
    SPANHOLD_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  }
  SetShare(state, stream.total_out, wire.size());
  deflateEnd(&stream);
  CountSpans(state, kBatch, wire.size());
}
BENCHMARK(ZlibDeflate);

void ZlibInflate(benchmark::State& state) {
  const std::string wire = Wire(kBatch);
  const Bytes compressed = compress::Compress(Encoding::kGzip, wire, Budget());
  const std::string in(compressed.view());
  std::string out(wire.size(), '\0');
  z_stream stream{};
  SPANHOLD_CHECK(inflateInit2(&stream, kGzipWrapper) == Z_OK);
  for (auto iteration : state) {
    SPANHOLD_CHECK(inflateReset(&stream) == Z_OK);
    stream.next_in = Input(in);
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = Input(out);
    stream.avail_out = static_cast<uInt>(out.size());
    SPANHOLD_CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  }
  inflateEnd(&stream);
  CountSpans(state, kBatch, wire.size());
}
BENCHMARK(ZlibInflate);

}  // namespace
}  // namespace spanhold::bench
