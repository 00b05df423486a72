#include "src/config/nearest.h"

#include <string>

#include <gtest/gtest.h>

namespace spanhold::config {
namespace {

TEST(NearestTest, FindsTyposButNothingFarAway) {
  const std::vector<std::string_view> known = {
      "timeout", "endpoint", "max_elapsed_time", "tls", "otlp", "otlphttp", "ttl", "verbosity"};
  const struct {
    std::string_view word;
    std::string_view nearest;
  } cases[] = {{"timout", "timeout"},
               {"timeuot", "timeout"},
               {"Endpoint", "endpoint"},
               {"endpoints", "endpoint"},
               {"maxElapsedTime", "max_elapsed_time"},
               {"max-elapsed-time", "max_elapsed_time"},
               {"tsl", "tls"},
               {"otpl", "otlp"},
               {"otlp_http", "otlphttp"},
               {"verbose", "verbosity"},
               {"compression", ""},
               {"x", ""},
               {"", ""}};

  for (const auto& c : cases) {
    EXPECT_EQ(Nearest(c.word, known), c.nearest) << c.word;
  }
  EXPECT_EQ(Nearest(std::string(1'000'000, 'x'), known), "");
}

}  // namespace
}  // namespace spanhold::config
