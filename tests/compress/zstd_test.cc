#include "src/compress/zstd.h"

#include <zstd.h>

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "src/compress/compress.h"
#include "tests/support/status_is.h"

namespace spanhold::compress {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros

constexpr uint64_t kPlenty = uint64_t{1} << 40U;

// Frames written by hand from RFC 8878.
const std::string kMagic = "\x28\xb5\x2f\xfd"s;
// Single segment, one byte of content size (5), one raw last block of 5 bytes.
const std::string kHello = kMagic + "\x20\x05"s + "\x29\x00\x00"s + "hello";
// No content size, a window of 1 KiB, one raw last block of 5 bytes.
const std::string kHelloOfUnknownSize = kMagic + "\x00\x00"s + "\x29\x00\x00"s + "hello";
const std::string kSkippable = "\x50\x2a\x4d\x18\x03\x00\x00\x00"s + "abc";

StatusOr<std::string> Unzstd(std::string_view input, uint64_t max_size = kPlenty) {
  MemoryBudget budget(kPlenty);
  SPANHOLD_ASSIGN_OR_RETURN(const Bytes bytes,
                            Decompress(Encoding::kZstd, input, max_size, budget));
  return std::string(bytes.view());
}

// A frame as a streaming sender writes it, which does not know the size when it begins.
std::string StreamingFrame(const std::string& content, int window_log, bool checksum = false) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0);
  std::string out(ZSTD_compressBound(content.size()) + 100, '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  const size_t half = content.size() / 2;
  ZSTD_inBuffer first{content.data(), half, 0};
  ZSTD_inBuffer second{content.data() + half, content.size() - half, 0};
  EXPECT_FALSE(ZSTD_isError(ZSTD_compressStream2(context, &to, &first, ZSTD_e_flush)));
  EXPECT_EQ(ZSTD_compressStream2(context, &to, &second, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(context);
  out.resize(to.pos);
  return out;
}

std::string Content(size_t size) {
  std::string content;
  for (size_t i = 0; content.size() < size; ++i) {
    content += "span-" + std::to_string(i * i) + ";";
  }
  content.resize(size);
  return content;
}

TEST(ZstdTest, ReadsFramesWrittenByHand) {
  EXPECT_EQ(*Unzstd(kHello), "hello");
  EXPECT_EQ(*Unzstd(kHelloOfUnknownSize), "hello");
}

TEST(ZstdTest, JoinsFramesAndSkipsSkippableOnes) {
  EXPECT_EQ(*Unzstd(kHello + kSkippable + kHelloOfUnknownSize + kHello), "hellohellohello");
  EXPECT_EQ(*Unzstd(kSkippable), "");
}

TEST(ZstdTest, LimitsTheSumOfAllFrames) {
  EXPECT_EQ(*Unzstd(kHello + kHello, 10), "hellohello");
  EXPECT_EQ(*Unzstd(kHello + kHelloOfUnknownSize, 10), "hellohello");
  EXPECT_THAT(Unzstd(kHello + kHello, 9),
              StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
  EXPECT_THAT(Unzstd(kHello + kHelloOfUnknownSize, 9),
              StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
}

TEST(ZstdTest, ReadsStreamsOfUnknownSize) {
  for (const size_t size : {2, 1000, 100'000, 2'000'000}) {
    EXPECT_EQ(*Unzstd(StreamingFrame(Content(size), 17)), Content(size));
  }
}

TEST(ZstdTest, PaysForTheWindowFromTheBudget) {
  const std::string frame = StreamingFrame(Content(1000), 23);
  MemoryBudget small(1 << 20);

  EXPECT_THAT(Decompress(Encoding::kZstd, frame, kPlenty, small),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("memory")));
  EXPECT_EQ(*Unzstd(frame), Content(1000));
}

TEST(ZstdTest, RefusesAWindowBeyond32MiB) {
  EXPECT_EQ(*Unzstd(StreamingFrame(Content(1000), 25)), Content(1000));
  EXPECT_THAT(Unzstd(StreamingFrame(Content(1000), 26)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("window")));
}

TEST(ZstdTest, VerifiesTheChecksum) {
  std::string frame = StreamingFrame(Content(1000), 17, true);
  frame.back() = static_cast<char>(frame.back() + 1);

  EXPECT_THAT(Unzstd(frame), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("checksum")));
}

TEST(ZstdTest, RefusesAFrameThatLiesAboutItsSize) {
  std::string frame = kHello;
  frame[5] = '\x06';

  EXPECT_THAT(Unzstd(frame), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("zstd: ")));
}

TEST(ZstdTest, RefusesAClaimAboveTheLimitWithoutReservingIt) {
  // Single segment, eight bytes of content size: 1 TiB less one byte.
  const std::string frame = kMagic + "\xe0\xff\xff\xff\xff\xff\x00\x00\x00"s + "\x29\x00\x00hello"s;
  MemoryBudget small(1 << 20);

  EXPECT_THAT(Decompress(Encoding::kZstd, frame, 1000, small),
              StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
}

TEST(ZstdTest, StopsABlockOfOneRepeatedByte) {
  // 100 blocks of 128 KiB in 4 bytes each: block type 1, size 131072.
  std::string frame = kMagic + "\x00\x38"s;
  for (int i = 0; i < 100; ++i) {
    frame += "\x02\x00\x10"s + "a";
  }
  frame += "\x01\x00\x00"s;

  EXPECT_EQ(Unzstd(frame)->size(), 100U * 131072U);
  EXPECT_THAT(Unzstd(frame, 1'000'000), StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
}

TEST(ZstdTest, RefusesTheOldFormatsOfTheLibrary) {
  EXPECT_THAT(Unzstd("\x27\xb5\x2f\xfd\x20\x05\x29\x00\x00hello"s),
              StatusIs(absl::StatusCode::kInvalidArgument, "zstd: no valid header"));
}

TEST(ZstdTest, KeepsWorkingAfterAnError) {
  ASSERT_FALSE(Unzstd(kHelloOfUnknownSize.substr(0, 8)).ok());
  ASSERT_FALSE(Unzstd(StreamingFrame(Content(5000), 17), 10).ok());

  EXPECT_EQ(*Unzstd(StreamingFrame(Content(5000), 17)), Content(5000));
}

}  // namespace
}  // namespace spanhold::compress
