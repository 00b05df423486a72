#pragma once

#include <cstdint>

#include "src/journal/journal.h"
#include "src/pipeline/admission.h"

namespace spanhold::journal {

// The way in of one receiver when there is a journal: its requests are on disk before they are
// answered. While the disk fails they get the retryable answer, or go on without the journal where
// on_error says so.
//
// Threading: thread-safe. Ownership: what is referred to must outlive it.
class JournalIntake final : public Admission {
 public:
  // `without` is where requests go while on_error is `continue` and the disk fails.
  JournalIntake(Journal& journal, uint32_t route, Admission& without)
      : journal_(journal), route_(route), without_(without) {}

  void Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) override;

 private:
  void Answer(Journal::Verdict verdict, otlp::ChunkPtr chunk, ReceiverAccount& account, Done done);

  Journal& journal_;
  const uint32_t route_;
  Admission& without_;
};

}  // namespace spanhold::journal
