#include "src/otlp/encode.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/make_batch.h"

namespace spanhold::otlp {
namespace {

TEST(EncodeTest, WritesBackTheRequestItWasMadeFrom) {
  const std::string request = MakeRequest(NumberedSpans(300));
  RecordingObserver observer;

  const Bytes encoded = Encode(MakeBatch(NumberedSpans(300), observer), TestBudget());

  EXPECT_EQ(encoded.view(), request);
}

}  // namespace
}  // namespace spanhold::otlp
