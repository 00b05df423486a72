#include "src/net/http_request_parser.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/status_is.h"

namespace spanhold::net {
namespace {

using testing::HasSubstr;

TEST(HttpRequestParserTest, FindsTheEndOfTheHeadHoweverItArrives) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
  const size_t head = bytes.size() - 4;

  size_t scanned = 0;
  for (size_t size = 0; size < head; ++size) {
    EXPECT_EQ(HttpRequestParser::FindHead(bytes.substr(0, size), scanned), 0U);
    scanned = size;
  }

  EXPECT_EQ(HttpRequestParser::FindHead(bytes, scanned), head);
  EXPECT_EQ(HttpRequestParser::FindHead(bytes, 0), head);
}

TEST(HttpRequestParserTest, ReadsARequest) {
  HttpRequestParser parser;
  const std::string bytes =
      "POST /v1/traces?x=1 HTTP/1.1\r\nHost: localhost:4318\r\nContent-Length: 12\r\n"
      "X-Empty:\r\n\r\n";

  ASSERT_THAT(parser.ParseHead(bytes), IsOk());

  EXPECT_EQ(parser.head().method, "POST");
  EXPECT_EQ(parser.head().target, "/v1/traces?x=1");
  EXPECT_EQ(parser.head().headers.size(), 3U);
  EXPECT_EQ(parser.head().Header("host"), "localhost:4318");
  EXPECT_TRUE(parser.has_content_length());
  EXPECT_EQ(parser.content_length(), 12U);
  EXPECT_FALSE(parser.chunked());
  EXPECT_TRUE(parser.keep_alive());
}

TEST(HttpRequestParserTest, ReadsOneRequestAfterAnother) {
  HttpRequestParser parser;
  ASSERT_THAT(parser.ParseHead("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"), IsOk());

  ASSERT_THAT(parser.ParseHead("GET /b HTTP/1.0\r\n\r\n"), IsOk());

  EXPECT_EQ(parser.head().method, "GET");
  EXPECT_FALSE(parser.has_content_length());
  EXPECT_TRUE(parser.is_http10());
}

TEST(HttpRequestParserTest, KnowsWhenTheConnectionEnds) {
  const std::pair<const char*, bool> cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
      {"POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
       "HTTP2-Settings: AAEAAEAAAAIAAAAA\r\n\r\n",
       true}};
  for (const auto& [bytes, keep_alive] : cases) {
    HttpRequestParser parser;
    ASSERT_THAT(parser.ParseHead(bytes), IsOk()) << bytes;
    EXPECT_EQ(parser.keep_alive(), keep_alive) << bytes;
  }
}

TEST(HttpRequestParserTest, Expects100ContinueOnlyWithHttp11) {
  HttpRequestParser parser;
  ASSERT_THAT(parser.ParseHead("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n"),
              IsOk());
  EXPECT_TRUE(parser.expects_continue());

  ASSERT_THAT(parser.ParseHead("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"), IsOk());
  EXPECT_FALSE(parser.expects_continue());
}

TEST(HttpRequestParserTest, RefusesWhatIsMalformedOrAmbiguous) {
  const char* const cases[] = {
      "nonsense\r\n\r\n",
      "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
      "GET /\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",  // no Host
      "GET / HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"};
  for (const char* const bytes : cases) {
    HttpRequestParser parser;
    EXPECT_THAT(parser.ParseHead(bytes),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("malformed request: ")))
        << bytes;
  }
}

TEST(HttpRequestParserTest, RefusesOtherTransferCodings) {
  for (const char* const coding : {"gzip", "gzip, chunked", "identity"}) {
    HttpRequestParser parser;
    EXPECT_THAT(parser.ParseHead(std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ") +
                                 coding + "\r\n\r\n"),
                StatusIs(absl::StatusCode::kUnimplemented, HasSubstr("chunked")));
  }
}

TEST(HttpRequestParserTest, TellsAGrpcClientApart) {
  HttpRequestParser parser;
  EXPECT_THAT(parser.ParseHead("PRI * HTTP/2.0\r\n\r\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("gRPC")));
}

constexpr char kChunkedHead[] = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

// Dechunks `bytes` given in pieces of `step`.
StatusOr<std::string> Dechunk(const std::string& bytes, size_t step, std::string* rest) {
  HttpRequestParser parser;
  EXPECT_THAT(parser.ParseHead(kChunkedHead), IsOk());
  EXPECT_TRUE(parser.chunked());
  std::string data;
  std::string pending;
  for (size_t at = 0; at < bytes.size(); at += step) {
    pending += bytes.substr(at, step);
    if (parser.chunks_done()) {
      continue;
    }
    SPANHOLD_ASSIGN_OR_RETURN(
        const size_t used,
        parser.Dechunk(pending, [&](std::string_view piece) { data.append(piece); }));
    pending.erase(0, used);
  }
  EXPECT_TRUE(parser.chunks_done());
  *rest = pending;
  return data;
}

TEST(HttpRequestParserTest, DechunksHoweverTheBytesArrive) {
  const std::string bytes =
      "5\r\nhello\r\n1;name=\"value\"\r\n \r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET /";
  for (size_t step = 1; step <= bytes.size(); ++step) {
    std::string rest;
    const auto data = Dechunk(bytes, step, &rest);
    ASSERT_THAT(data, IsOk()) << step;
    EXPECT_EQ(*data, "hello 0123456789") << step;
    EXPECT_EQ(rest, "GET /") << step;
  }
}

TEST(HttpRequestParserTest, RefusesMalformedChunks) {
  for (const char* const bytes :
       {"x\r\nhello\r\n0\r\n\r\n", "5\r\nhelloo\r\n0\r\n\r\n", "-5\r\nhello\r\n",
        "fffffffffffffffff\r\nhello\r\n", "5 \r\nhello\r\n0\r\n\r\n"}) {
    HttpRequestParser parser;
    ASSERT_THAT(parser.ParseHead(kChunkedHead), IsOk());
    Status status;
    std::string_view left = bytes;
    while (status.ok() && !left.empty() && !parser.chunks_done()) {
      const auto used = parser.Dechunk(left, [](std::string_view) {});
      status = used.status();
      if (used.ok() && *used == 0) {
        break;
      }
      left.remove_prefix(used.ok() ? *used : left.size());
    }
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, testing::_)) << bytes;
  }
}

}  // namespace
}  // namespace spanhold::net
