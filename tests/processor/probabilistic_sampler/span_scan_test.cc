#include "src/processor/probabilistic_sampler/span_scan.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "tests/otlp/wire_build.h"

namespace spanhold::probabilistic_sampler {
namespace {

using otlp::DoubleField;
using otlp::Field;
using otlp::StringAttribute;
using otlp::VarintField;

const std::string kKey = Field(1, "sampling.priority");

std::string Attribute(const std::string& key_value) {
  return Field(9, key_value);
}
std::string IntPriority(int64_t value) {
  return Attribute(kKey + Field(2, VarintField(3, static_cast<uint64_t>(value))));
}
std::string DoublePriority(double value) {
  return Attribute(kKey + Field(2, DoubleField(4, value)));
}

Priority PriorityIn(const std::string& span) {
  return ScanSpan(span).priority;
}

TEST(ScanSpanTest, FindsTheTraceStateWhereverItStands) {
  EXPECT_EQ(ScanSpan(Field(3, "a=b") + Field(5, "name")).trace_state, "a=b");
  EXPECT_EQ(ScanSpan(Field(5, "name") + Field(3, "a=b")).trace_state, "a=b");
  EXPECT_EQ(ScanSpan(Field(3, "a=b") + Field(3, "c=d")).trace_state, "c=d");
  EXPECT_EQ(ScanSpan(Field(5, "name")).trace_state, "");
}

TEST(ScanSpanTest, ReadsThePriorityFromNumbers) {
  EXPECT_EQ(PriorityIn(""), Priority::kNone);
  EXPECT_EQ(PriorityIn(IntPriority(0)), Priority::kDrop);
  EXPECT_EQ(PriorityIn(IntPriority(1)), Priority::kKeep);
  EXPECT_EQ(PriorityIn(IntPriority(-1)), Priority::kNone);
  EXPECT_EQ(PriorityIn(DoublePriority(0)), Priority::kDrop);
  EXPECT_EQ(PriorityIn(DoublePriority(-0.0)), Priority::kDrop);
  EXPECT_EQ(PriorityIn(DoublePriority(0.1)), Priority::kKeep);
  EXPECT_EQ(PriorityIn(DoublePriority(-0.1)), Priority::kNone);
  EXPECT_EQ(PriorityIn(DoublePriority(std::numeric_limits<double>::quiet_NaN())), Priority::kNone);
}

TEST(ScanSpanTest, ReadsThePriorityFromText) {
  EXPECT_EQ(PriorityIn(Attribute(StringAttribute("sampling.priority", "1"))), Priority::kKeep);
  EXPECT_EQ(PriorityIn(Attribute(StringAttribute("sampling.priority", "0"))), Priority::kDrop);
}

TEST(ScanSpanTest, IgnoresOtherTypesAndKeys) {
  EXPECT_EQ(PriorityIn(Attribute(kKey + Field(2, VarintField(2, 1)))), Priority::kNone);
  EXPECT_EQ(PriorityIn(Attribute(kKey)), Priority::kNone);
  EXPECT_EQ(PriorityIn(Attribute(StringAttribute("sampling.prioritx", "1"))), Priority::kNone);
  EXPECT_EQ(PriorityIn(Attribute(StringAttribute("a", "sampling.priority"))), Priority::kNone);
  EXPECT_EQ(PriorityIn(Attribute("")), Priority::kNone);
}

TEST(ScanSpanTest, TakesTheFirstOfSeveralPriorities) {
  EXPECT_EQ(PriorityIn(Attribute(StringAttribute("a", "b")) + IntPriority(-1) + IntPriority(1)),
            Priority::kNone);
}

TEST(ScanSpanTest, ReadsAttributesWrittenInUnusualWays) {
  const std::string value = Field(2, VarintField(3, 1));
  EXPECT_EQ(PriorityIn(Attribute(value + kKey)), Priority::kKeep);
  EXPECT_EQ(PriorityIn(Attribute(Field(1, "a") + value + kKey)), Priority::kKeep);
  EXPECT_EQ(PriorityIn(Attribute(kKey + value + Field(1, "a"))), Priority::kNone);
  EXPECT_EQ(PriorityIn(Attribute(Field(99, "x") + kKey + value)), Priority::kKeep);
  EXPECT_EQ(PriorityIn(Attribute(Field(1, std::string(200, 'k')) + value + kKey)), Priority::kKeep);
  EXPECT_EQ(PriorityIn(Attribute(StringAttribute("sampling.priority", std::string(200, '1')))),
            Priority::kKeep);
}

// What Go's strconv.ParseFloat(text, 64) makes of it; checked against Go 1.26.
TEST(PriorityOfTextTest, ReadsNumbersAsGoDoes) {
  for (const char* text : {"1", "+1", "1_000", "0x1p0", "0x1P-3", "0X_1p0", "1e-320", "inf", "+Inf",
                           "infinity", "INFINITY", ".5", "5.", "1e5_0", "0x1.8p1", "01"}) {
    EXPECT_EQ(PriorityOfText(text), Priority::kKeep) << text;
  }
  for (const char* text : {"0", "-0", "0.0", "1e-400", "00", "0_0", "0x0p0"}) {
    EXPECT_EQ(PriorityOfText(text), Priority::kDrop) << text;
  }
  for (const char* text :
       {"",       " 1",   "1 ",   "-1",    "1__0",   "_1", "1_",   "1_.5",  "0x10", "1e999",
        "-1e999", "-inf", "nan",  "NaN",   "nan(0)", "0x", "1e",   "1e+",   "e1",   ".",
        "1.5.2",  "0b1",  "true", "0x.p1", "infi",   "1f", "1e1_", "0_x1p0"}) {
    EXPECT_EQ(PriorityOfText(text), Priority::kNone) << text;
  }
}

}  // namespace
}  // namespace spanhold::probabilistic_sampler
