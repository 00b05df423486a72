#include "src/exporter/debug/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/read_config.h"

namespace spanhold::debug {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Read(std::string_view yaml, Config& config) {
  return ReadConfig(yaml, "exporters.debug", config);
}

std::vector<std::string> ErrorsOf(std::string_view yaml) {
  Config config;
  return Read(yaml, config);
}

TEST(DebugConfigTest, ReadsEveryKey) {
  Config config;

  EXPECT_THAT(Read("verbosity: detailed\n"
                   "sampling_initial: 5\n"
                   "sampling_thereafter: 200\n"
                   "use_internal_logger: false\n"
                   "output_paths: [stderr, /tmp/x]\n"
                   "sending_queue: {queue_size: 7}\n",
                   config),
              IsEmpty());

  EXPECT_EQ(config.verbosity, Verbosity::kDetailed);
  EXPECT_EQ(config.sampling_initial, 5);
  EXPECT_EQ(config.sampling_thereafter, 200);
  EXPECT_THAT(config.output_paths, ElementsAre("stderr", "/tmp/x"));
  EXPECT_EQ(config.sending.sending_queue.queue_size, 7);
}

TEST(DebugConfigTest, ShowsALineForEachBatchOnStdoutByDefault) {
  Config config;

  EXPECT_THAT(Read("", config), IsEmpty());

  EXPECT_EQ(config.verbosity, Verbosity::kBasic);
  EXPECT_EQ(config.sampling_initial, 2);
  EXPECT_EQ(config.sampling_thereafter, 1);
  EXPECT_FALSE(config.use_internal_logger);
  EXPECT_THAT(config.output_paths, ElementsAre("stdout"));
}

TEST(DebugConfigTest, RefusesWrongValues) {
  EXPECT_THAT(ErrorsOf("verbosity: loud\n"), ElementsAre(HasSubstr("verbosity")));
  EXPECT_THAT(ErrorsOf("sampling_initial: -1\n"), ElementsAre(HasSubstr("sampling_initial")));
  EXPECT_THAT(ErrorsOf("output_paths: []\n"),
              ElementsAre(HasSubstr("output_paths: want at least one, such as [stdout]")));
  EXPECT_THAT(ErrorsOf("loglevel: debug\n"), ElementsAre(HasSubstr("loglevel")));
}

}  // namespace
}  // namespace spanhold::debug
