#include "src/otlp/encode.h"

#include <string>

#include <gtest/gtest.h>

#include "src/otlp/decode.h"
#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"

namespace spanhold::otlp {
namespace {

TraceBatch BatchOf(const std::string& request) {
  return TraceBatch::Whole(*Decode(Bytes::Copy(request, TestBudget())), nullptr);
}

TraceBatch BatchOf(std::initializer_list<std::string> requests) {
  TraceBatch batch;
  for (const std::string& request : requests) {
    batch.Append(BatchOf(request));
  }
  return batch;
}

std::string Encoded(const TraceBatch& batch) {
  return std::string(Encode(batch, TestBudget()).view());
}

std::string Resource(const std::string& service) {
  return Field(1, Field(1, StringAttribute("service.name", service)));
}
std::string Scope(const std::string& name) {
  return Field(1, Field(1, name));
}
std::string Span(const std::string& name) {
  return Field(2, Field(5, name));
}

TEST(EncodeTest, WritesBackTheRequestItWasMadeFrom) {
  const std::string request = MakeRequest(NumberedSpans(300));

  EXPECT_EQ(Encoded(BatchOf(request)), request);
}

TEST(EncodeTest, AnEmptyBatchIsAnEmptyRequest) {
  EXPECT_EQ(Encoded(TraceBatch()), "");
}

TEST(EncodeTest, CopiesSpansByteForByte) {
  // Unknown fields, an order that no library writes, a length longer than need be.
  const std::string span =
      Join({Field(999, "\xFF"), Fixed32Field(16, 1), VarintField(6, 2), Field(5, "name"), Tag(5, 2),
            "\x84\x80", std::string(1, '\0'), "NAME"});
  const std::string request = Field(1, Resource("s") + Field(2, Scope("a") + Field(2, span)));

  EXPECT_EQ(Encoded(BatchOf(request)), request);
}

TEST(EncodeTest, KeepsUnknownFieldsOfEnvelopes) {
  const std::string request =
      Field(1, Resource("s") + VarintField(50, 7) + Field(2, Field(60, "u") + Span("a")));

  EXPECT_EQ(Encoded(BatchOf(request)), request);
}

TEST(EncodeTest, JoinsEqualResourcesAndScopesOfDifferentRequests) {
  const auto request = [](const std::string& span) {
    return Field(1, Resource("s") + Field(2, Scope("a") + Span(span)));
  };

  EXPECT_EQ(Encoded(BatchOf({request("1"), request("2"), request("3")})),
            Field(1, Resource("s") + Field(2, Scope("a") + Span("1") + Span("2") + Span("3"))));
}

TEST(EncodeTest, TheFirstAppearanceDecidesTheOrder) {
  const auto request = [](const std::string& service, const std::string& scope,
                          const std::string& span) {
    return Field(1, Resource(service) + Field(2, Scope(scope) + Span(span)));
  };

  EXPECT_EQ(Encoded(BatchOf({request("s", "a", "1"), request("t", "a", "2"), request("s", "b", "3"),
                             request("s", "a", "4")})),
            Field(1, Resource("s") + Field(2, Scope("a") + Span("1") + Span("4")) +
                         Field(2, Scope("b") + Span("3"))) +
                Field(1, Resource("t") + Field(2, Scope("a") + Span("2"))));
}

TEST(EncodeTest, AScopeStaysWithItsResource) {
  const std::string scope_spans = Field(2, Scope("a") + Span("1"));
  const std::string request =
      Field(1, Resource("s") + scope_spans) + Field(1, Resource("t") + scope_spans);

  EXPECT_EQ(Encoded(BatchOf(request)), request);
}

TEST(EncodeTest, WritesOnlyTheSelectedSpans) {
  const TraceBatch whole = BatchOf(Field(1, Resource("s") + Field(2, Span("1") + Span("2")) +
                                                Field(2, Scope("a") + Span("3") + Span("4"))));
  BatchPart part{whole.parts()[0].chunk, nullptr, {}};
  part.Add(1);
  part.Add(2);
  TraceBatch batch;
  batch.Append(part);

  EXPECT_EQ(Encoded(batch),
            Field(1, Resource("s") + Field(2, Span("2")) + Field(2, Scope("a") + Span("3"))));
}

TEST(EncodeTest, HeaderFieldsAfterTheSpansAreWrittenBefore) {
  const std::string url = Field(3, "url");
  const std::string request =
      Field(1, Resource("s") + Field(2, Scope("a") + Span("1") + url + Span("2")) + url);

  EXPECT_EQ(Encoded(BatchOf(request)),
            Field(1, Resource("s") + url + Field(2, Scope("a") + url + Span("1") + Span("2"))));
}

TEST(EncodeTest, LengthsOfEverySizeAreRight) {
  for (const size_t size : {100U, 127U, 128U, 16383U, 16384U, 3000000U}) {
    const std::string request =
        Field(1, Resource("s") + Field(2, Scope("a") + Span(std::string(size, 'x'))));
    EXPECT_EQ(Encoded(BatchOf(request)), request) << size;
  }
}

TEST(EncodeTest, ChargesTheBudgetPastItsLimit) {
  const std::string request = MakeRequest(NumberedSpans(10));
  MemoryBudget budget(1);

  const Bytes encoded = Encode(BatchOf(request), budget);

  EXPECT_EQ(budget.used(), encoded.size());
}

// In pieces, joined.
std::string Joined(const Rope& rope) {
  std::string all;
  for (const Rope::Piece& piece : rope.pieces()) {
    all += piece.bytes;
  }
  EXPECT_EQ(all.size(), rope.size());
  return all;
}

TEST(EncodeTest, ALargeRequestInPiecesIsTheSame) {
  const auto request = [](const std::string& service, const std::string& scope, size_t size) {
    return Field(1, Resource(service) +
                        Field(2, Scope(scope) + Span("small") + Span(std::string(size, 'x'))));
  };
  const TraceBatch batch = BatchOf({request("s", "a", 2'000'000), request("t", "b", 10),
                                    request("s", "a", 100'000), request("s", "c", 500'000)});

  const Rope pieces = EncodeInPieces(batch, TestBudget());

  EXPECT_GT(pieces.pieces().size(), 3U);
  EXPECT_EQ(Joined(pieces), Encoded(batch));
}

TEST(EncodeTest, ALargeRequestInPiecesTakesLittleOfTheBudget) {
  MemoryBudget budget(1);
  const TraceBatch batch =
      BatchOf(Field(1, Resource("s") + Field(2, Scope("a") + Span(std::string(3'000'000, 'x')))));

  const Rope pieces = EncodeInPieces(batch, budget);

  EXPECT_LT(budget.used(), 100U);
}

TEST(EncodeTest, PiecesOutliveTheBatch) {
  const std::string request =
      Field(1, Resource("s") + Field(2, Scope("a") + Span(std::string(3'000'000, 'x'))));
  const Rope pieces = EncodeInPieces(BatchOf(request), TestBudget());

  EXPECT_EQ(Joined(pieces), request);
}

TEST(EncodeTest, ASmallRequestIsOnePiece) {
  const std::string request = MakeRequest(NumberedSpans(300));

  const Rope pieces = EncodeInPieces(BatchOf({request, request}), TestBudget());

  EXPECT_EQ(pieces.pieces().size(), 1U);
}

}  // namespace
}  // namespace spanhold::otlp
