#include "src/compress/compress.h"

#include <memory>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/status_is.h"

namespace spanhold::compress {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kPlenty = uint64_t{1} << 40U;
constexpr Encoding kAll[] = {Encoding::kIdentity, Encoding::kGzip, Encoding::kZlib,
                             Encoding::kZstd};
constexpr Encoding kCompressing[] = {Encoding::kGzip, Encoding::kZlib, Encoding::kZstd};

std::string RandomBytes(size_t size) {
  std::mt19937 engine(1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(engine());
  }
  return bytes;
}

std::string Joined(const Rope& rope) {
  std::string all;
  for (const Rope::Piece& piece : rope.pieces()) {
    all += piece.bytes;
  }
  return all;
}

TEST(CompressTest, ParsesTheNamesOfContentEncodings) {
  EXPECT_EQ(ParseEncoding(""), Encoding::kIdentity);
  EXPECT_EQ(ParseEncoding("identity"), Encoding::kIdentity);
  EXPECT_EQ(ParseEncoding("none"), Encoding::kIdentity);
  EXPECT_EQ(ParseEncoding("gzip"), Encoding::kGzip);
  EXPECT_EQ(ParseEncoding("deflate"), Encoding::kZlib);
  EXPECT_EQ(ParseEncoding("zlib"), Encoding::kZlib);
  EXPECT_EQ(ParseEncoding("zstd"), Encoding::kZstd);
  EXPECT_EQ(ParseEncoding("snappy"), std::nullopt);
  EXPECT_EQ(ParseEncoding("GZIP"), std::nullopt);
  EXPECT_EQ(ParseEncoding("gzip, gzip"), std::nullopt);
}

TEST(CompressTest, RoundTripsEveryEncodingAndSize) {
  MemoryBudget budget(kPlenty);
  const std::string random = RandomBytes(300'000);
  for (const Encoding encoding : kAll) {
    for (const size_t size : {0, 1, 7, 255, 4095, 4096, 4097, 65535, 65536, 70000, 300'000}) {
      for (const std::string& content : {random.substr(0, size), std::string(size, 'a')}) {
        const Bytes compressed = Compress(encoding, content, budget);
        const auto result = Decompress(encoding, compressed.view(), kPlenty, budget);

        ASSERT_THAT(result, IsOk()) << static_cast<int>(encoding) << " " << size;
        EXPECT_EQ(result->view(), content);
      }
    }
  }
}

TEST(CompressTest, MakesRepetitiveDataSmall) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kCompressing) {
    const Bytes compressed = Compress(encoding, std::string(100'000, 'a'), budget);

    EXPECT_LT(compressed.size(), 1000U);
    EXPECT_EQ(budget.used(), compressed.size());
  }
}

TEST(CompressTest, RoundTripsARequestInPieces) {
  MemoryBudget budget(kPlenty);
  const std::string random = RandomBytes(3'000'000);
  const std::string same(3'000'000, 'a');
  for (const Encoding encoding : kAll) {
    Rope request;
    for (const size_t size : {1, 70'000, 7, 2'900'000}) {
      request.Append(Bytes::Copy(random.substr(0, size), budget));
      request.Append(Bytes::Copy(same.substr(0, size), budget));
    }
    const Rope compressed = Compress(encoding, request, budget);
    const auto result = Decompress(encoding, Joined(compressed), kPlenty, budget);

    ASSERT_THAT(result, IsOk()) << static_cast<int>(encoding);
    EXPECT_EQ(result->view(), Joined(request));
  }
}

TEST(CompressTest, ALargeRequestTakesNoMoreThanItsOutput) {
  for (const Encoding encoding : kCompressing) {
    MemoryBudget budget(kPlenty);
    const auto content = std::make_shared<const std::string>(10'000'000, 'a');
    Rope request;
    request.Append(*content, content);

    const Rope compressed = Compress(encoding, request, budget);

    EXPECT_LT(compressed.size(), 100'000U);
    EXPECT_EQ(budget.used(), compressed.size());
  }
}

TEST(CompressTest, ASmallRequestInOnePieceIsCompressedAtOnce) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kAll) {
    for (const size_t size : {0, 1000}) {
      const std::string content(size, 'a');

      const Rope compressed = Compress(encoding, Rope(Bytes::Copy(content, budget)), budget);

      EXPECT_EQ(Joined(compressed), Compress(encoding, content, budget).view());
    }
  }
}

TEST(CompressTest, ReservesTheSizeOfTheContent) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kAll) {
    for (const size_t size : {0, 10, 100'000}) {
      MemoryBudget output_budget(kPlenty);
      const Bytes compressed = Compress(encoding, std::string(size, 'a'), budget);
      const auto result = Decompress(encoding, compressed.view(), kPlenty, output_budget);

      ASSERT_THAT(result, IsOk());
      EXPECT_EQ(output_budget.used(), size);
    }
  }
}

TEST(CompressTest, AcceptsContentOfExactlyTheLimit) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kAll) {
    for (const std::string& content : {std::string(50'000, 'a'), RandomBytes(50'000)}) {
      const Bytes compressed = Compress(encoding, content, budget);

      EXPECT_THAT(Decompress(encoding, compressed.view(), 50'000, budget), IsOk());
    }
  }
}

TEST(CompressTest, RefusesOneByteMoreThanTheLimitForGood) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kAll) {
    const Bytes compressed = Compress(encoding, RandomBytes(50'001), budget);
    const auto result = Decompress(encoding, compressed.view(), 50'000, budget);

    EXPECT_THAT(result, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("50000 bytes")));
    EXPECT_FALSE(IsRetryable(result.status()));
  }
}

TEST(CompressTest, StopsABombWhileInflating) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kCompressing) {
    const Bytes bomb = Compress(encoding, std::string(100'000'000, '\0'), budget);
    // Room for the limit and for one doubling on the way there, nowhere near the content.
    MemoryBudget small(3'000'000);
    const auto result = Decompress(encoding, bomb.view(), 1'000'000, small);

    EXPECT_THAT(result, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("larger")));
    EXPECT_EQ(small.used(), 0U);
  }
}

TEST(CompressTest, AsksToTryAgainWhenTheBudgetHasNoRoom) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kAll) {
    const Bytes compressed = Compress(encoding, std::string(100'000, 'a'), budget);
    MemoryBudget small(10'000);
    const auto result = Decompress(encoding, compressed.view(), kPlenty, small);

    EXPECT_THAT(result, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("memory")));
    EXPECT_EQ(small.used(), 0U);
  }
}

TEST(CompressTest, RefusesWhatIsNoStreamAtAll) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kCompressing) {
    for (const std::string& input : {std::string(), std::string("x"), std::string("no stream"),
                                     std::string(1000, '\0'), RandomBytes(1000)}) {
      EXPECT_THAT(Decompress(encoding, input, kPlenty, budget),
                  StatusIs(absl::StatusCode::kInvalidArgument, testing::_));
    }
  }
}

TEST(CompressTest, SaysSoWhenAStreamEndsEarly) {
  MemoryBudget budget(kPlenty);
  const std::string content = RandomBytes(200) + std::string(2000, 'a');
  for (const Encoding encoding : kCompressing) {
    const Bytes compressed = Compress(encoding, content, budget);
    for (size_t size = 0; size < compressed.size(); ++size) {
      ASSERT_THAT(Decompress(encoding, compressed.view().substr(0, size), kPlenty, budget),
                  StatusIs(absl::StatusCode::kInvalidArgument, testing::_))
          << static_cast<int>(encoding) << " " << size;
    }
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST(CompressTest, RefusesBytesAfterTheEndOfAStream) {
  MemoryBudget budget(kPlenty);
  for (const Encoding encoding : kCompressing) {
    const Bytes compressed = Compress(encoding, "content", budget);
    for (const std::string& garbage :
         {std::string(1, '\0'), std::string("x"), std::string("garbage, longer than any header")}) {
      EXPECT_THAT(Decompress(encoding, std::string(compressed.view()) + garbage, kPlenty, budget),
                  StatusIs(absl::StatusCode::kInvalidArgument, testing::_));
    }
  }
}

TEST(CompressTest, SurvivesAnyFlippedByte) {
  MemoryBudget budget(kPlenty);
  const std::string content = RandomBytes(500) + std::string(500, 'a');
  for (const Encoding encoding : kCompressing) {
    const Bytes compressed = Compress(encoding, content, budget);
    for (size_t i = 0; i < compressed.size(); ++i) {
      std::string broken(compressed.view());
      broken[i] = static_cast<char>(broken[i] ^ 0x55);
      const auto result = Decompress(encoding, broken, 10'000, budget);

      // A byte of a gzip header may mean nothing; the checksums of deflate streams see the others.
      if (result.ok() && encoding != Encoding::kZstd) {
        EXPECT_EQ(result->view(), content) << i;
      }
    }
  }
}

}  // namespace
}  // namespace spanhold::compress
