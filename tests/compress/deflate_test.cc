#include "src/compress/deflate.h"

#include <zlib.h>

#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "src/compress/compress.h"
#include "tests/support/status_is.h"

namespace spanhold::compress {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kPlenty = uint64_t{1} << 40U;
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;

// Text with some repetition, as telemetry has.
std::string Content(size_t size) {
  std::mt19937 engine(1);
  std::string content;
  while (content.size() < size) {
    content += "http.route=/api/v1/users/" + std::to_string(engine() % 1000) + ";";
  }
  content.resize(size);
  return content;
}

std::string ZlibCompress(const std::string& content, int window, int level = 6,
                         gz_header* header = nullptr, const std::string& dictionary = "") {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
  if (header != nullptr) {
    deflateSetHeader(&stream, header);
  }
  if (!dictionary.empty()) {
    deflateSetDictionary(&stream, reinterpret_cast<const Bytef*>(dictionary.data()),
                         static_cast<uInt>(dictionary.size()));
  }
  std::string out(deflateBound(&stream, content.size()) + 100, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string ZlibDecompress(std::string_view input, int window, size_t size) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, window), Z_OK);
  std::string out(size + 1, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0U);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

StatusOr<std::string> Gunzip(std::string_view input) {
  MemoryBudget budget(kPlenty);
  SPANHOLD_ASSIGN_OR_RETURN(const Bytes bytes, Decompress(Encoding::kGzip, input, kPlenty, budget));
  return std::string(bytes.view());
}

TEST(DeflateTest, InflatesWhatZlibWroteAtEveryLevel) {
  MemoryBudget budget(kPlenty);
  for (int level = 0; level <= 9; ++level) {
    for (const size_t size : {0, 1, 100, 5000, 200'000}) {
      const std::string content = Content(size);
      const auto gzip =
          Decompress(Encoding::kGzip, ZlibCompress(content, kGzipWindow, level), kPlenty, budget);
      const auto zlib =
          Decompress(Encoding::kZlib, ZlibCompress(content, kZlibWindow, level), kPlenty, budget);

      ASSERT_THAT(gzip, IsOk());
      ASSERT_THAT(zlib, IsOk());
      EXPECT_EQ(gzip->view(), content);
      EXPECT_EQ(zlib->view(), content);
    }
  }
}

TEST(DeflateTest, WritesWhatZlibInflates) {
  MemoryBudget budget(kPlenty);
  for (const size_t size : {0, 1, 100, 5000, 200'000, 3'000'000}) {
    const std::string content = Content(size);
    const Bytes gzip = Compress(Encoding::kGzip, content, budget);
    const Bytes zlib = Compress(Encoding::kZlib, content, budget);

    EXPECT_EQ(ZlibDecompress(gzip.view(), kGzipWindow, size), content);
    EXPECT_EQ(ZlibDecompress(zlib.view(), kZlibWindow, size), content);
  }
}

TEST(DeflateTest, SkipsTheOptionalFieldsOfAGzipHeader) {
  std::string name = "name";
  std::string comment = "comment";
  std::string extra = "extra field";
  gz_header header{};
  header.name = reinterpret_cast<Bytef*>(name.data());
  header.comment = reinterpret_cast<Bytef*>(comment.data());
  header.extra = reinterpret_cast<Bytef*>(extra.data());
  header.extra_len = static_cast<uInt>(extra.size());
  header.hcrc = 1;
  header.time = 1;

  EXPECT_EQ(*Gunzip(ZlibCompress(Content(5000), kGzipWindow, 6, &header)), Content(5000));
}

TEST(DeflateTest, JoinsTheMembersOfAGzipStream) {
  for (const size_t size : {0, 1, 2, 3, 10, 4095, 100'000}) {
    const std::string member = ZlibCompress(Content(size), kGzipWindow);

    EXPECT_EQ(*Gunzip(member + member + member), Content(size) + Content(size) + Content(size));
  }
}

TEST(DeflateTest, LimitsTheSumOfAllMembers) {
  MemoryBudget budget(kPlenty);
  const std::string member = ZlibCompress(Content(1000), kGzipWindow);
  const std::string stream = member + member + member;

  EXPECT_THAT(Decompress(Encoding::kGzip, stream, 3000, budget), IsOk());
  EXPECT_THAT(Decompress(Encoding::kGzip, stream, 2999, budget),
              StatusIs(absl::StatusCode::kResourceExhausted, testing::_));
}

TEST(DeflateTest, RefusesAStreamThatIsCutBetweenItsMembers) {
  const std::string member = ZlibCompress(Content(1000), kGzipWindow);
  for (size_t size = 1; size < member.size(); ++size) {
    EXPECT_THAT(Gunzip(member + member.substr(0, size)),
                StatusIs(absl::StatusCode::kInvalidArgument, testing::_));
  }
}

TEST(DeflateTest, VerifiesTheChecksumOfAGzipMember) {
  std::string stream = ZlibCompress(Content(1000), kGzipWindow);
  stream[stream.size() - 8] = static_cast<char>(stream[stream.size() - 8] + 1);

  EXPECT_THAT(Gunzip(stream), StatusIs(absl::StatusCode::kInvalidArgument, "gzip: wrong checksum"));
}

TEST(DeflateTest, DoesNotBelieveTheSizeThatAGzipMemberClaims) {
  // The size is 64 times too large or far too small; it is a part of the checksum.
  for (const char claimed : {'\0', '\x7f'}) {
    std::string stream = ZlibCompress(Content(100'000), kGzipWindow);
    stream.back() = claimed;
    stream[stream.size() - 4] = static_cast<char>(stream[stream.size() - 4] + 1);

    EXPECT_THAT(Gunzip(stream),
                StatusIs(absl::StatusCode::kInvalidArgument, "gzip: wrong checksum"));
  }
}

TEST(DeflateTest, ReservesNoMoreForAClaimThanTheInputMakesLikely) {
  std::string stream = ZlibCompress("tiny", kGzipWindow);
  stream[stream.size() - 1] = '\x03';  // claims 48 MiB
  MemoryBudget small(100'000);
  const auto result = Decompress(Encoding::kGzip, stream, kPlenty, small);

  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument, "gzip: wrong checksum"));
}

TEST(DeflateTest, VerifiesTheChecksumOfAZlibStream) {
  MemoryBudget budget(kPlenty);
  std::string stream = ZlibCompress(Content(1000), kZlibWindow);
  stream.back() = static_cast<char>(stream.back() + 1);

  EXPECT_THAT(Decompress(Encoding::kZlib, stream, kPlenty, budget),
              StatusIs(absl::StatusCode::kInvalidArgument, "zlib: wrong checksum"));
}

TEST(DeflateTest, RefusesASecondZlibStream) {
  MemoryBudget budget(kPlenty);
  const std::string stream = ZlibCompress(Content(1000), kZlibWindow);

  EXPECT_THAT(Decompress(Encoding::kZlib, stream + stream, kPlenty, budget),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("after the end")));
}

TEST(DeflateTest, RefusesAZlibStreamThatNeedsADictionary) {
  MemoryBudget budget(kPlenty);
  const std::string stream = ZlibCompress(Content(1000), kZlibWindow, 6, nullptr, "http.route");

  EXPECT_THAT(Decompress(Encoding::kZlib, stream, kPlenty, budget),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("dictionary")));
}

TEST(DeflateTest, SurvivesRandomBytesBehindAValidHeader) {
  std::mt19937 engine(1);
  MemoryBudget budget(10'000'000);
  for (int round = 0; round < 2000; ++round) {
    std::string stream = ZlibCompress(Content(1000), kGzipWindow).substr(0, 10 + engine() % 100);
    for (int i = 0; i < 200; ++i) {
      stream += static_cast<char>(engine());
    }

    EXPECT_FALSE(Decompress(Encoding::kGzip, stream, 1'000'000, budget).ok());
  }
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace spanhold::compress
