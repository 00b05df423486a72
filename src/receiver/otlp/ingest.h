#pragma once

#include <cstdint>

#include <absl/functional/any_invocable.h>

#include "src/compress/compress.h"
#include "src/core/bytes.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"
#include "src/otlp/chunk.h"
#include "src/pipeline/admission.h"
#include "src/pipeline/ledger.h"

namespace spanhold::otlp_receiver {

// A request as a transport received it.
struct Payload {
  Bytes body;
  compress::Encoding encoding = compress::Encoding::kIdentity;
  bool json = false;  // else protobuf
};

// What OTLP's receivers do with a request, whatever it came by: decompress, decode, admit.
//
// Threading: thread-safe.
// Ownership: the references must outlive it and the last answer.
// Counts: in the account: a request that is malformed or too large as rejected, one that the memory
//         budget has no room for as refused; admission counts the others.
class Ingest {
 public:
  // The answer for the client, called exactly once, perhaps before Handle() returns, perhaps later on
  // another thread:
  //   OK                 taken whole
  //   kInvalidArgument   malformed; says what and where
  //   kResourceExhausted larger than the limit, also after decompression
  //   kUnavailable       no room now; nothing of it was taken
  using Done = absl::AnyInvocable<void(Status)>;

  Ingest(Admission& admission, ReceiverAccount& account, MemoryBudget& budget,
         uint64_t max_request_bytes)
      : admission_(admission),
        account_(account),
        budget_(budget),
        max_request_bytes_(max_request_bytes) {}

  void Handle(Payload payload, Done done);

  uint64_t max_request_bytes() const { return max_request_bytes_; }

 private:
  StatusOr<Bytes> Decompress(Payload& payload);
  StatusOr<otlp::ChunkPtr> Decode(Payload payload);

  Admission& admission_;
  ReceiverAccount& account_;
  MemoryBudget& budget_;
  const uint64_t max_request_bytes_;
};

}  // namespace spanhold::otlp_receiver
