// The load's requests, as the sink counts them in each form that they can arrive in.

#include <string>

#include <gtest/gtest.h>

#include "bench/numbered/numbered_request.h"
#include "bench/numbered/span_number.h"
#include "bench/sink/arrivals.h"
#include "bench/sink/count_spans.h"
#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/split.h"
#include "src/otlp/decode.h"
#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"

namespace spanhold::bench {
namespace {

constexpr uint64_t kCapacity = 10'000;

// The value of a key in the sink's report.
uint64_t Reported(const Arrivals& arrivals, const std::string& key,
                  const std::vector<SpanRange>& acked = {}) {
  const std::string report = arrivals.Report(&acked);
  const std::string member = "\"" + key + "\": ";
  const size_t at = report.find(member);
  EXPECT_NE(at, std::string::npos) << report;
  return std::stoull(report.substr(at + member.size()));
}

otlp::TraceBatch Batch(std::string_view request) {
  auto chunk = otlp::Decode(Bytes::Copy(request, TestBudget()));
  EXPECT_TRUE(chunk.ok()) << chunk.status();
  return otlp::TraceBatch::Whole(*chunk, nullptr);
}

TEST(SinkTest, CountsEachSpanOfARequestOnce) {
  NumberedRequest request(Format::kProtobuf, 300);
  Arrivals arrivals(kCapacity);

  EXPECT_TRUE(CountOtlp(request.Number(0), arrivals));
  EXPECT_TRUE(CountOtlp(request.Number(300), arrivals));

  EXPECT_EQ(Reported(arrivals, "arrived"), 600U);
  EXPECT_EQ(Reported(arrivals, "doubled"), 0U);
  EXPECT_EQ(Reported(arrivals, "foreign"), 0U);
}

TEST(SinkTest, CountsJson) {
  NumberedRequest request(Format::kJson, 300);
  Arrivals arrivals(kCapacity);

  EXPECT_TRUE(CountOtlpJson(request.Number(5), arrivals));

  EXPECT_EQ(Reported(arrivals, "missing", {{5, 300}}), 0U);
}

TEST(SinkTest, CountsWhatTheJaegerExporterWrites) {
  NumberedRequest request(Format::kProtobuf, 300);
  Arrivals arrivals(kCapacity);

  for (const otlp::TraceBatch& part : jaeger::SplitByProcess(Batch(request.Number(5)))) {
    const StatusOr<Bytes> encoded = jaeger::EncodeThrift(part, TestBudget());
    ASSERT_TRUE(encoded.ok());
    EXPECT_TRUE(CountJaegerThrift(encoded->view(), arrivals));
  }

  EXPECT_EQ(Reported(arrivals, "missing", {{5, 300}}), 0U);
  EXPECT_EQ(Reported(arrivals, "arrived"), 300U);
}

TEST(SinkTest, SeesADouble) {
  NumberedRequest request(Format::kProtobuf, 10);
  Arrivals arrivals(kCapacity);

  CountOtlp(request.Number(0), arrivals);
  CountOtlp(request.Number(5), arrivals);

  EXPECT_EQ(Reported(arrivals, "arrived"), 15U);
  EXPECT_EQ(Reported(arrivals, "doubled"), 5U);
}

TEST(SinkTest, NamesTheAcknowledgedSpansThatAreMissing) {
  NumberedRequest request(Format::kProtobuf, 10);
  Arrivals arrivals(kCapacity);
  CountOtlp(request.Number(0), arrivals);
  CountOtlp(request.Number(20), arrivals);
  const std::vector<SpanRange> acked = {{30, 10}, {0, 10}, {10, 10}};

  EXPECT_EQ(Reported(arrivals, "missing", acked), 20U);
  EXPECT_EQ(Reported(arrivals, "arrived_without_ack", acked), 10U);
  EXPECT_NE(arrivals.Report(&acked).find("[[10, 10], [30, 10]]"), std::string::npos);
}

TEST(SinkTest, TellsForeignSpans) {
  Arrivals arrivals(kCapacity);

  arrivals.Count(0x0102030405060708);
  arrivals.Count(SpanIdOf(kCapacity));
  arrivals.Count(SpanIdOf(kCapacity - 1));

  EXPECT_EQ(Reported(arrivals, "foreign"), 2U);
  EXPECT_EQ(Reported(arrivals, "arrived"), 1U);
}

TEST(SinkTest, ASpanWithoutAnIdIsForeign) {
  const std::string named = otlp::Field(5, "name");
  const std::string without_value = otlp::Field(2, "") + named;
  Arrivals arrivals(kCapacity);

  EXPECT_TRUE(CountOtlp(
      otlp::Field(1, otlp::Field(2, otlp::Field(2, named) + otlp::Field(2, without_value))),
      arrivals));

  EXPECT_EQ(Reported(arrivals, "foreign"), 2U);
}

TEST(SinkTest, RefusesWhatIsCutOff) {
  NumberedRequest request(Format::kProtobuf, 2);
  Arrivals arrivals(kCapacity);
  const std::string_view whole = request.Number(0);
  const StatusOr<Bytes> thrift = jaeger::EncodeThrift(Batch(whole), TestBudget());
  ASSERT_TRUE(thrift.ok());

  EXPECT_FALSE(CountOtlp(whole.substr(0, whole.size() - 1), arrivals));
  EXPECT_FALSE(CountJaegerThrift(thrift->view().substr(0, thrift->size() - 1), arrivals));
}

TEST(NumberedRequestTest, IsAValidRequestOfRealisticSize) {
  NumberedRequest request(Format::kProtobuf, 512);

  const otlp::TraceBatch batch = Batch(request.Number(0));

  EXPECT_EQ(batch.span_count(), 512U);
  EXPECT_NEAR(static_cast<double>(batch.span_bytes()) / 512, 380, 10);
}

}  // namespace
}  // namespace spanhold::bench
