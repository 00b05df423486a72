#include "src/processor/probabilistic_sampler/probabilistic_sampler.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/otlp/views.h"
#include "tests/support/captured_log.h"
#include "tests/support/make_batch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/sink_consumer.h"

namespace spanhold::probabilistic_sampler {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Config Percent(double percentage) {
  Config config;
  config.sampling_percentage = percentage;
  return config;
}

Config Equalizing(double percentage) {
  Config config = Percent(percentage);
  config.mode = Mode::kEqualizing;
  return config;
}

// A sampler in front of a sink, in a pipeline with two exporters.
class Harness {
 public:
  explicit Harness(const Config& config)
      : sampler_(config, "probabilistic_sampler", sink_,
                 ledger_.AddPipeline("traces", {"otlp", "file"}), TestBudget(), clock_,
                 telemetry_) {
    EXPECT_TRUE(sampler_.Start().ok());
  }
  // What was kept is settled as a pipeline's exporters would; then nothing may be missing.
  ~Harness() {
    for (const TraceBatch& batch : sink_.batches) {
      ledger_.lane(0).Sent(batch);
      ledger_.lane(1).Sent(batch);
    }
    sink_.batches.clear();
    EXPECT_EQ(observer_.spans_lost, 0U);
  }
  Harness(const Harness&) = delete;
  Harness& operator=(const Harness&) = delete;

  void Consume(const std::vector<SpanSpec>& spans) {
    sampler_.Consume(MakeBatch(spans, observer_, 2));
  }

  void ConsumeAllButTheFirst(const std::vector<SpanSpec>& spans) {
    TraceBatch batch = MakeBatch(spans, observer_, 2);
    const TraceBatch first = batch.TakeFront(1);
    ledger_.lane(0).Sent(first);
    ledger_.lane(1).Sent(first);
    sampler_.Consume(std::move(batch));
  }

  // "name tracestate" of what came out, in order.
  std::vector<std::string> Kept() const {
    std::vector<std::string> kept;
    for (const TraceBatch& batch : sink_.batches) {
      batch.ForEachSpan([&](const otlp::BatchPart& part, uint32_t index) {
        const otlp::SpanView span(part.chunk->span_message(index));
        kept.push_back(std::string(span.name()) + " " + std::string(span.trace_state()));
      });
    }
    return kept;
  }
  size_t batches() const { return sink_.batches.size(); }
  const TraceBatch& batch(size_t i) const { return sink_.batches[i]; }
  uint64_t sampled_out() const { return ledger_.pipelines()[0].sampled_out(); }
  uint64_t Count(const std::string& name, const MetricLabels& more) {
    MetricLabels labels = {{"processor", "probabilistic_sampler"}};
    labels.insert(labels.end(), more.begin(), more.end());
    return telemetry_.AddCounter(name, "", labels).count();
  }

 private:
  ManualClock clock_;
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  RecordingObserver observer_;
  SinkConsumer sink_;
  ProbabilisticSampler sampler_;
};

SpanSpec Span(const std::string& name, uint8_t trace, const std::string& trace_state = "") {
  SpanSpec span;
  span.name = name;
  span.trace = trace;
  span.trace_state = trace_state;
  return span;
}

// With equalizing at 50 % trace ids of bytes from 0x80 on are kept.
constexpr uint8_t kLow = 0x7f;
constexpr uint8_t kHigh = 0x80;

TEST(ProbabilisticSamplerTest, HandsOnWhatItKeepsAndEndsTheRest) {
  Harness sampler(Equalizing(50));

  sampler.Consume({Span("a", kLow), Span("b", kHigh), Span("c", kLow), Span("d", kHigh)});

  EXPECT_THAT(sampler.Kept(), ElementsAre("b ot=th:8", "d ot=th:8"));
  EXPECT_EQ(sampler.sampled_out(), 2U);
}

TEST(ProbabilisticSamplerTest, HandsOnNothingWhenItKeepsNothing) {
  Harness sampler(Percent(0));

  sampler.Consume({Span("a", kLow), Span("b", kHigh)});

  EXPECT_EQ(sampler.batches(), 0U);
  EXPECT_EQ(sampler.sampled_out(), 2U);
}

TEST(ProbabilisticSamplerTest, SharesTheSpansThatItDoesNotChange) {
  Harness sampler(Equalizing(50));

  sampler.Consume({Span("a", kHigh, "ot=th:8"), Span("b", kLow), Span("c", kHigh, "ot=th:8")});

  EXPECT_THAT(sampler.Kept(), ElementsAre("a ot=th:8", "c ot=th:8"));
  ASSERT_EQ(sampler.batch(0).parts().size(), 1U);
  EXPECT_EQ(sampler.batch(0).parts()[0].chunk->spans.size(), 3U);  // the request as it came
}

TEST(ProbabilisticSamplerTest, WritesOnlyTheChangedSpansAnew) {
  Harness sampler(Equalizing(50));

  sampler.Consume({Span("a", kHigh, "ot=th:8"), Span("b", kHigh), Span("c", kHigh, "x=y")});

  EXPECT_THAT(sampler.Kept(), ElementsAre("a ot=th:8", "b ot=th:8", "c ot=th:8,x=y"));
  ASSERT_EQ(sampler.batch(0).parts().size(), 2U);
  EXPECT_EQ(sampler.batch(0).parts()[1].chunk->spans.size(), 2U);
}

TEST(ProbabilisticSamplerTest, WritesItsHashToTheTraceState) {
  Harness sampler(Percent(100));

  sampler.Consume({Span("a", 1)});

  EXPECT_THAT(
      sampler.Kept(),
      ElementsAre("a ot=rv:" + RandomnessText(HashRandomness(std::string(16, 1), 0)) + ";th:0"));
}

TEST(ProbabilisticSamplerTest, LooksOnlyAtTheSpansOfTheBatch) {
  Harness sampler(Equalizing(50));

  sampler.ConsumeAllButTheFirst({Span("a", kHigh), Span("b", kHigh), Span("c", kLow)});

  EXPECT_THAT(sampler.Kept(), ElementsAre("b ot=th:8"));
  EXPECT_EQ(sampler.sampled_out(), 1U);
}

TEST(ProbabilisticSamplerTest, CountsDecisionsByPolicy) {
  const std::string metric = "otelcol_processor_probabilistic_sampler_count_traces_sampled";
  Harness sampler(Equalizing(50));

  sampler.Consume({Span("a", kLow), Span("b", kHigh), Span("c", kHigh),
                   Span("d", kLow, "ot=rv:ffffffffffffff"), Span("e", 0)});

  EXPECT_EQ(sampler.Count(metric, {{"policy", "trace_id_w3c"}, {"sampled", "true"}}), 2U);
  EXPECT_EQ(sampler.Count(metric, {{"policy", "trace_id_w3c"}, {"sampled", "false"}}), 1U);
  EXPECT_EQ(sampler.Count(metric, {{"policy", "sampling_randomness"}, {"sampled", "true"}}), 1U);
  EXPECT_EQ(sampler.Count(metric, {{"policy", "missing_randomness"}, {"sampled", "false"}}), 1U);
  EXPECT_EQ(sampler.Count("otelcol_processor_incoming_items", {{"otel_signal", "traces"}}), 5U);
  EXPECT_EQ(sampler.Count("otelcol_processor_outgoing_items", {{"otel_signal", "traces"}}), 3U);
}

TEST(ProbabilisticSamplerTest, CountsAndSaysWhatItCannotDecideOn) {
  Harness sampler(Percent(100));
  CapturedLog log;

  sampler.Consume({Span("a", 1, "ot=th:8"), Span("b", 1, "ot=th:8"), Span("c", 1)});

  EXPECT_THAT(log.Take(),
              HasSubstr("probabilistic_sampler: spans dropped that sampling cannot decide on "
                        "(fail_closed: true) reason=\"the span has a sampling threshold (th); use "
                        "mode: equalizing or proportional\" spans=2"));
  EXPECT_EQ(sampler.Count("spanhold_processor_probabilistic_sampler_faults",
                          {{"fault", "threshold_in_use"}}),
            2U);
  EXPECT_EQ(sampler.sampled_out(), 2U);
}

TEST(ProbabilisticSamplerTest, KeepsWhatItCannotDecideOnWhenItFailsOpen) {
  Config config = Percent(1);
  config.fail_closed = false;
  Harness sampler(config);
  CapturedLog log;

  sampler.Consume({Span("a", 1, "ot=th:8")});

  EXPECT_THAT(sampler.Kept(), ElementsAre("a ot=th:8"));
  EXPECT_THAT(log.Take(), HasSubstr("spans kept that sampling cannot decide on"));
}

TEST(ProbabilisticSamplerTest, IgnoresAnEmptyBatch) {
  Harness sampler(Percent(100));

  sampler.Consume({});

  EXPECT_THAT(sampler.Kept(), IsEmpty());
  EXPECT_EQ(sampler.batches(), 0U);
}

}  // namespace
}  // namespace spanhold::probabilistic_sampler
