#include "src/receiver/otlp/ingest.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "src/pipeline/telemetry.h"
#include "tests/support/fake_admission.h"
#include "tests/support/make_batch.h"
#include "tests/support/status_is.h"

namespace spanhold::otlp_receiver {
namespace {

using ::testing::HasSubstr;

class IngestTest : public ::testing::Test {
 protected:
  Telemetry telemetry_;
  MemoryBudget budget_{100'000'000};
  FakeAdmission admission_;
  ReceiverAccount account_{"otlp", "grpc", telemetry_};
  Ingest ingest_{admission_, account_, budget_, 10'000};

  // What Handle() answered, if it did before it returned.
  std::optional<Status> Handle(const std::string& body,
                               compress::Encoding encoding = compress::Encoding::kIdentity,
                               bool json = false) {
    std::optional<Status> answer;
    ingest_.Handle({Bytes::Copy(body, budget_), encoding, json},
                   [&answer](const Status& status) { answer = status; });
    return answer;
  }
  std::string Compressed(compress::Encoding encoding, const std::string& content) {
    return std::string(compress::Compress(encoding, content, budget_).view());
  }
};

TEST_F(IngestTest, AdmitsAProtobufRequest) {
  EXPECT_EQ(Handle(MakeRequest(NumberedSpans(3))), absl::OkStatus());

  ASSERT_EQ(admission_.chunks().size(), 1U);
  EXPECT_EQ(admission_.chunks()[0]->spans.size(), 3U);
  EXPECT_EQ(account_.accepted_requests(), 1U);
}

TEST_F(IngestTest, AdmitsARequestOfAnyEncoding) {
  const std::string request = MakeRequest(NumberedSpans(20));
  for (const auto encoding :
       {compress::Encoding::kGzip, compress::Encoding::kZlib, compress::Encoding::kZstd}) {
    EXPECT_EQ(Handle(Compressed(encoding, request), encoding), absl::OkStatus());
    EXPECT_EQ(admission_.chunks().back()->bytes.view(), request);
  }
}

TEST_F(IngestTest, AdmitsAJsonRequest) {
  const std::string json =
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"},{"name":"b"}]}]}]})";

  EXPECT_EQ(Handle(json, compress::Encoding::kIdentity, true), absl::OkStatus());
  EXPECT_EQ(Handle(Compressed(compress::Encoding::kGzip, json), compress::Encoding::kGzip, true),
            absl::OkStatus());

  ASSERT_EQ(admission_.chunks().size(), 2U);
  EXPECT_EQ(admission_.chunks()[1]->spans.size(), 2U);
}

TEST_F(IngestTest, HandsARequestWithoutSpansOnToAdmission) {
  EXPECT_EQ(Handle(""), absl::OkStatus());

  EXPECT_EQ(admission_.chunks().size(), 1U);
}

TEST_F(IngestTest, AnswersWhatAdmissionAnswers) {
  admission_.AnswerWith(absl::UnavailableError("full"));

  EXPECT_EQ(Handle(MakeRequest(NumberedSpans(1))), absl::UnavailableError("full"));
  // Admission counts its own refusals, once.
  EXPECT_EQ(account_.refused_requests(), 1U);
}

TEST_F(IngestTest, AnswersWhenAdmissionDoes) {
  admission_.Hold();
  std::optional<Status> answer;
  ingest_.Handle({Bytes::Copy(MakeRequest(NumberedSpans(1)), budget_)},
                 [&answer](const Status& status) { answer = status; });
  EXPECT_EQ(answer, std::nullopt);

  admission_.TakeHeld()(absl::OkStatus());

  EXPECT_EQ(answer, absl::OkStatus());
}

TEST_F(IngestTest, RejectsAMalformedRequestAndSaysWhere) {
  const auto answer = Handle("\x0a\x05oops");

  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("resource_spans")));
  EXPECT_EQ(account_.rejected_requests(), 1U);
  EXPECT_TRUE(admission_.chunks().empty());
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(IngestTest, RejectsMalformedJsonAndMalformedStreams) {
  EXPECT_EQ(Handle("{", compress::Encoding::kIdentity, true)->code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Handle("no gzip", compress::Encoding::kGzip)->code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(account_.rejected_requests(), 2U);
}

TEST_F(IngestTest, AdmitsARequestOfExactlyTheLimit) {
  std::string request = MakeRequest(NumberedSpans(10));
  Ingest exact(admission_, account_, budget_, request.size());
  std::optional<Status> answer;
  exact.Handle({Bytes::Copy(request, budget_)}, [&answer](const Status& s) { answer = s; });

  EXPECT_EQ(answer, absl::OkStatus());
}

TEST_F(IngestTest, RejectsATooLargeRequestForGood) {
  const std::string request = MakeRequest(NumberedSpans(1000));
  for (const auto encoding : {compress::Encoding::kIdentity, compress::Encoding::kGzip}) {
    const auto answer = Handle(Compressed(encoding, request), encoding);

    ASSERT_TRUE(answer);
    EXPECT_THAT(*answer, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("10000 bytes")));
    EXPECT_FALSE(IsRetryable(*answer));
  }
  EXPECT_EQ(account_.rejected_requests(), 2U);
  EXPECT_EQ(account_.refused_requests(), 0U);
}

TEST_F(IngestTest, RefusesForNowWhenThereIsNoMemoryToDecompress) {
  const std::string request = MakeRequest(NumberedSpans(100));
  const std::string body = Compressed(compress::Encoding::kGzip, request);
  const Reservation others = budget_.Reserve(budget_.limit() - body.size() - 10);
  const auto answer = Handle(body, compress::Encoding::kGzip);

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(account_.refused_requests(), 1U);
  EXPECT_EQ(account_.rejected_requests(), 0U);
}

TEST_F(IngestTest, LetsGoOfTheCompressedBytes) {
  const std::string request = MakeRequest(NumberedSpans(100));
  Handle(Compressed(compress::Encoding::kGzip, request), compress::Encoding::kGzip);
  const uint64_t compressed_and_index = budget_.used();
  admission_.Forget();
  Handle(request);

  EXPECT_EQ(compressed_and_index, budget_.used());
}

}  // namespace
}  // namespace spanhold::otlp_receiver
