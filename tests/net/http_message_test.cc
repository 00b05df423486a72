#include "src/net/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spanhold::net {
namespace {

TEST(HttpRequestHeadTest, ThePathLeavesOutQueryAndAuthority) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/v1/traces", "/v1/traces"},
      {"/v1/traces?a=b", "/v1/traces"},
      {"http://host:4318/v1/traces?x", "/v1/traces"},
      {"http://host", "/"},
      {"/redirect?to=http://host/path", "/redirect"},
      {"*", "*"}};
  for (const auto& [target, path] : cases) {
    HttpRequestHead head;
    head.target = target;
    EXPECT_EQ(head.Path(), path);
  }
}

TEST(HttpRequestHeadTest, HeaderNamesCompareWithoutCase) {
  HttpRequestHead head;
  head.headers = {{"content-TYPE", "a"}, {"Content-Type", "b"}};

  EXPECT_EQ(head.Header("Content-Type"), "a");
  EXPECT_EQ(head.Header("Content-Typ"), "");
  EXPECT_EQ(head.Header("Content-Length").data(), nullptr);
}

TEST(HttpHeaderTest, ANameIsATokenAndAValueHasNoLineBreak) {
  EXPECT_TRUE(IsValidHeader("X-Api_Key", "a b\tc \xc3\xa9"));
  EXPECT_TRUE(IsValidHeader("a", ""));
  EXPECT_FALSE(IsValidHeader("", "a"));
  EXPECT_FALSE(IsValidHeader("a b", "c"));
  EXPECT_FALSE(IsValidHeader("a:", "c"));
  EXPECT_FALSE(IsValidHeader("a", "secret\n"));
  EXPECT_FALSE(IsValidHeader("a", "b\r\nc: d"));
}

TEST(HttpReplyTest, IsWrittenWithLengthAndHeaders) {
  HttpReply reply = TextReply(503, "later");
  reply.headers = {{"Retry-After", "1"}};
  std::string out;

  AppendReplyHead(out, reply, AfterReply::kKeepAlive, "DATE");

  EXPECT_EQ(out,
            "HTTP/1.1 503 Service Unavailable\r\nDate: DATE\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n"
            "Retry-After: 1\r\n\r\n");
}

TEST(HttpReplyTest, SaysHowTheConnectionGoesOn) {
  const HttpReply reply;
  std::string close;
  std::string http10;

  AppendReplyHead(close, reply, AfterReply::kClose, "DATE");
  AppendReplyHead(http10, reply, AfterReply::kKeepAliveHttp10, "DATE");

  EXPECT_THAT(close, testing::HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(http10, testing::HasSubstr("\r\nConnection: keep-alive\r\n"));
}

TEST(HttpReplyTest, A204HasNoLength) {
  HttpReply reply;
  reply.status = 204;
  std::string out;

  AppendReplyHead(out, reply, AfterReply::kKeepAlive, "DATE");

  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\nDate: DATE\r\n\r\n");
}

}  // namespace
}  // namespace spanhold::net
