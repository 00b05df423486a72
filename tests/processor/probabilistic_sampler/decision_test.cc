#include "src/processor/probabilistic_sampler/decision.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <absl/strings/escaping.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <gtest/gtest.h>

#include "tests/otlp/wire_build.h"

namespace spanhold::probabilistic_sampler {
namespace {

using otlp::Field;

const std::string kTraceA = absl::HexStringToBytes("4bf92f3577b34da6a3ce929d0e0e4736");
const std::string kNoTrace(16, '\0');

Config HashSeed(double percentage, int64_t seed = 0) {
  Config config;
  config.sampling_percentage = percentage;
  config.hash_seed = seed;
  return config;
}

Config Consistent(Mode mode, double percentage) {
  Config config;
  config.mode = mode;
  config.sampling_percentage = percentage;
  return config;
}

Config FailOpen(Config config) {
  config.fail_closed = false;
  return config;
}

Decision Decide(const Config& config, const std::string& trace_id,
                const std::string& trace_state = "", Priority priority = Priority::kNone) {
  return Decider(config).Decide(trace_id, {trace_state, priority});
}

TEST(DecisionTest, KeepsByHashAndWritesWhatItDecidedOn) {
  const Decision decision = Decide(HashSeed(1), kTraceA);  // bucket 141 of 163

  EXPECT_TRUE(decision.keep);
  EXPECT_EQ(decision.policy, Policy::kTraceIdHash);
  EXPECT_EQ(decision.trace_state, "ot=rv:fdc80d0b42008d;th:fd74");
}

TEST(DecisionTest, DropsByHash) {
  EXPECT_FALSE(Decide(HashSeed(0.1), kTraceA).keep);  // 16 buckets
  EXPECT_FALSE(Decide(HashSeed(1, 22), kTraceA).keep);
}

TEST(DecisionTest, KeepsNothingWithASmallerShareThanOneBucket) {
  EXPECT_FALSE(Decide(HashSeed(0), kTraceA).keep);
  EXPECT_FALSE(Decide(HashSeed(0.006), kTraceA).keep);
}

TEST(DecisionTest, DoesNotHashWhatWasSampledConsistently) {
  EXPECT_EQ(Decide(HashSeed(100), kTraceA, "ot=rv:00000000000012").fault, Fault::kRandomnessInUse);
  EXPECT_EQ(Decide(HashSeed(100), kTraceA, "ot=th:8").fault, Fault::kThresholdInUse);
  EXPECT_FALSE(Decide(HashSeed(100), kTraceA, "ot=th:8").keep);
  const Decision open = Decide(FailOpen(HashSeed(0.1)), kTraceA, "ot=th:8");
  EXPECT_TRUE(open.keep);
  EXPECT_EQ(open.trace_state, std::nullopt);
}

TEST(DecisionTest, HasNoRandomnessWithoutATraceId) {
  for (const Mode mode : {Mode::kHashSeed, Mode::kProportional, Mode::kEqualizing}) {
    for (const std::string& absent : {kNoTrace, std::string()}) {
      const Config config = Consistent(mode, 50);
      EXPECT_EQ(Decide(config, absent).fault, Fault::kMissingRandomness);
      EXPECT_EQ(Decide(config, absent).policy, Policy::kMissingRandomness);
      EXPECT_FALSE(Decide(config, absent).keep);
      EXPECT_TRUE(Decide(FailOpen(config), absent).keep);
    }
  }
}

TEST(DecisionTest, LetsThePriorityOverrideEverything) {
  const Decision keep = Decide(HashSeed(0), kTraceA, "", Priority::kKeep);
  EXPECT_TRUE(keep.keep);
  EXPECT_EQ(keep.policy, Policy::kSamplingPriority);
  EXPECT_EQ(keep.trace_state, "ot=th:0");
  const Decision drop = Decide(HashSeed(100), kTraceA, "", Priority::kDrop);
  EXPECT_FALSE(drop.keep);
  EXPECT_EQ(drop.policy, Policy::kSamplingPriority);
  EXPECT_TRUE(Decide(HashSeed(1), kTraceA, "not a tracestate", Priority::kKeep).keep);
  EXPECT_FALSE(Decide(FailOpen(HashSeed(1)), kTraceA, "not a tracestate", Priority::kDrop).keep);
}

TEST(DecisionTest, EqualizesDownToItsProbability) {
  const Config half = Consistent(Mode::kEqualizing, 50);

  const Decision fresh = Decide(half, kTraceA);  // randomness ce92...
  EXPECT_TRUE(fresh.keep);
  EXPECT_EQ(fresh.policy, Policy::kTraceIdW3c);
  EXPECT_EQ(fresh.trace_state, "ot=th:8");
  EXPECT_EQ(Decide(half, kTraceA, "ot=th:4").trace_state, "ot=th:8");
  const Decision sparser = Decide(half, kTraceA, "ot=th:c");
  EXPECT_TRUE(sparser.keep);
  EXPECT_EQ(sparser.trace_state, std::nullopt);  // stays th:c
  EXPECT_FALSE(Decide(half, kTraceA, "ot=rv:7fffffffffffff").keep);
  EXPECT_EQ(Decide(half, kTraceA, "ot=rv:7fffffffffffff").policy, Policy::kSamplingRandomness);
}

TEST(DecisionTest, TakesItsShareOfWhatIsLeft) {
  const Config half = Consistent(Mode::kProportional, 50);

  EXPECT_EQ(Decide(half, kTraceA).trace_state, "ot=th:8");
  EXPECT_EQ(Decide(half, kTraceA, "ot=th:8").trace_state, "ot=th:c");
  EXPECT_FALSE(Decide(half, kTraceA, "ot=th:c").keep);
}

TEST(DecisionTest, ErasesAThresholdThatCannotBeTrue) {
  const std::string lie = "ot=rv:00000000000001;th:8";
  for (const Mode mode : {Mode::kProportional, Mode::kEqualizing}) {
    EXPECT_EQ(Decide(Consistent(mode, 50), kTraceA, lie).fault, Fault::kInconsistentThreshold);
    EXPECT_FALSE(Decide(Consistent(mode, 50), kTraceA, lie).keep);
    EXPECT_EQ(Decide(FailOpen(Consistent(mode, 50)), kTraceA, lie).trace_state,
              "ot=rv:00000000000001;th:0");
  }
}

// One line of collector_vectors.tsv: what the Collector made of a span.
struct Vector {
  Config config;
  std::string trace_id;
  std::string trace_state;
  std::string span;  // the message, with the priority
  bool kept = false;
  std::string trace_state_after;
  std::string policy;
};

std::string PriorityAttribute(const std::string& text) {
  const std::string key = Field(1, "sampling.priority");
  const std::string value = text.substr(1);
  switch (text[0]) {
    case 'i':
      return key + Field(2, otlp::VarintField(3, static_cast<uint64_t>(std::atoll(value.c_str()))));
    case 'd':
      return key + Field(2, otlp::DoubleField(4, std::strtod(value.c_str(), nullptr)));
    case 'b':
      return key + Field(2, otlp::VarintField(2, value == "true" ? 1 : 0));
    default:
      return otlp::StringAttribute("sampling.priority", value);
  }
}

std::string Unescape(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\\t", "\t"}});
}

Vector ParseVector(const std::string& line) {
  const std::vector<std::string> cells = absl::StrSplit(line, '\t');
  EXPECT_EQ(cells.size(), 11U) << line;
  Vector vector;
  vector.config.mode = cells[0] == "hash_seed"      ? Mode::kHashSeed
                       : cells[0] == "proportional" ? Mode::kProportional
                                                    : Mode::kEqualizing;
  vector.config.sampling_percentage = std::strtod(cells[1].c_str(), nullptr);
  vector.config.hash_seed = std::atoll(cells[2].c_str());
  vector.config.sampling_precision = std::atoll(cells[3].c_str());
  vector.config.fail_closed = cells[4] == "true";
  vector.trace_id = absl::HexStringToBytes(cells[5]);
  vector.trace_state = Unescape(cells[6]);
  vector.span = Field(1, vector.trace_id) + Field(3, vector.trace_state) +
                Field(9, otlp::StringAttribute("http.method", "GET"));
  if (!cells[7].empty()) {
    vector.span += Field(9, PriorityAttribute(cells[7]));
  }
  vector.kept = cells[8] == "1";
  vector.trace_state_after = Unescape(cells[9]);
  vector.policy = cells[10];
  return vector;
}

// SPANHOLD_SAMPLER_VECTORS is a file in the format of collector_vectors/main.go, which ran the
// Collector's processor (contrib v0.160.0) on random spans.
TEST(DecisionTest, DecidesAndWritesAsTheCollectorDoes) {
  std::ifstream file(SPANHOLD_SAMPLER_VECTORS);
  ASSERT_TRUE(file.is_open());
  size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const Vector vector = ParseVector(line);

    const Decision decision = Decider(vector.config).Decide(vector.trace_id, ScanSpan(vector.span));

    EXPECT_EQ(decision.keep, vector.kept) << line;
    EXPECT_EQ(PolicyName(decision.policy), vector.policy) << line;
    if (vector.kept) {
      EXPECT_EQ(decision.trace_state.value_or(vector.trace_state), vector.trace_state_after)
          << line;
    }
  }
  EXPECT_GE(count, 400U);
}

}  // namespace
}  // namespace spanhold::probabilistic_sampler
