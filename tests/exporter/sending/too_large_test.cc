#include "src/exporter/sending/too_large.h"

#include <gtest/gtest.h>

namespace spanhold::sending {
namespace {

// What each implementation says, word for word.
TEST(TooLargeTest, KnowsTheWordsOfGrpcsImplementations) {
  for (const Status& error :
       {absl::ResourceExhaustedError(
            "grpc: received message larger than max (4977817 vs. 4194304)"),
        absl::ResourceExhaustedError("grpc: message after decompression larger than max (5 vs. 4)"),
        absl::ResourceExhaustedError("Received message larger than max (4561623 vs. 4194304)"),
        absl::ResourceExhaustedError("gRPC message exceeds maximum size 4194304: 5118829"),
        absl::ResourceExhaustedError("Decompressed gRPC message exceeds maximum size 4194304"),
        absl::ResourceExhaustedError(
            "Received message exceeds the maximum configured message size."),
        absl::ResourceExhaustedError("the request of 5 bytes is larger than the limit of 4 bytes"),
        absl::OutOfRangeError("Error, decoded message length too large: found 4895143 bytes, the "
                              "limit is: 4194304 bytes"),
        absl::UnknownError("Received http2 header with status: 413")}) {
    EXPECT_TRUE(SaysTooLarge(error)) << error;
  }
}

TEST(TooLargeTest, TakesOtherErrorsForWhatTheyAre) {
  for (const Status& error :
       {absl::OkStatus(), absl::ResourceExhaustedError("quota exceeded"),
        absl::ResourceExhaustedError("server busy"), absl::OutOfRangeError("offset 7"),
        absl::UnknownError("Received http2 header with status: 500"),
        absl::InvalidArgumentError("name larger than max"),
        absl::UnavailableError("gRPC message exceeds maximum size 4: 5")}) {
    EXPECT_FALSE(SaysTooLarge(error)) << error;
  }
}

TEST(TooLargeTest, BelievesADelayThatTheServerNames) {
  EXPECT_FALSE(SaysTooLarge(WithRetryAfter(
      absl::ResourceExhaustedError("received message larger than max"), std::chrono::seconds(1))));
}

}  // namespace
}  // namespace spanhold::sending
