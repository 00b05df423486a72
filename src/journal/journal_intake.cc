#include "src/journal/journal_intake.h"

#include <memory>
#include <utility>

namespace spanhold::journal {
namespace {

using Verdict = Journal::Verdict;

// Paths and errors of the disk are for the operator: on the status page and in the log.
constexpr std::string_view TextFor(Verdict verdict) {
  switch (verdict) {
    case Verdict::kKept:
      break;
    case Verdict::kFull:
      return "the journal is full; send again later";
    case Verdict::kFailing:
      return "the journal cannot be written; send again later";
    case Verdict::kSlow:
      return "the disk of the journal does not answer in time; send again later";
    case Verdict::kClosing:
      return "shutting down; send again later";
  }
  return "";
}

}  // namespace

void JournalIntake::Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) {
  if (chunk->spans.empty()) {
    account.Accepted(0);
    done(absl::OkStatus());
    return;
  }
  auto request = std::make_shared<Journal::Request>();
  request->chunk = chunk;
  request->route = route_;
  request->done = [this, &account, chunk = std::move(chunk),
                   done = std::move(done)](Verdict verdict) mutable {
    Answer(verdict, std::move(chunk), account, std::move(done));
  };
  journal_.Admit(request);
}

void JournalIntake::Answer(Verdict verdict, otlp::ChunkPtr chunk, ReceiverAccount& account,
                           Done done) {
  if (verdict == Verdict::kKept) {
    account.Accepted(chunk->spans.size());
    done(absl::OkStatus());
    return;
  }
  const bool disk_fails = verdict == Verdict::kFailing || verdict == Verdict::kSlow;
  if (disk_fails && journal_.may_be_bypassed()) {
    journal_.CountBypassed();
    without_.Admit(std::move(chunk), account, std::move(done));
    return;
  }
  account.Refused(chunk->spans.size());
  done(absl::UnavailableError(std::string(TextFor(verdict))));
}

}  // namespace spanhold::journal
