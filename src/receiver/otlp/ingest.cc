#include "src/receiver/otlp/ingest.h"

#include <utility>

#include <absl/strings/str_cat.h>

#include "src/otlp/decode.h"
#include "src/otlp/json_decode.h"

namespace spanhold::otlp_receiver {

void Ingest::Handle(Payload payload, Done done) {
  StatusOr<otlp::ChunkPtr> chunk = Decode(std::move(payload));
  if (chunk.ok()) {
    admission_.Admit(*std::move(chunk), account_, std::move(done));
    return;
  }
  if (IsRetryable(chunk.status())) {
    account_.Refused(0);
  } else {
    account_.RejectedRequest();
  }
  done(std::move(chunk).status());
}

StatusOr<otlp::ChunkPtr> Ingest::Decode(Payload payload) {
  const bool json = payload.json;
  SPANHOLD_ASSIGN_OR_RETURN(Bytes request, Decompress(payload));
  if (json) {
    return otlp::DecodeJson(request.view(), budget_);
  }
  return otlp::Decode(std::move(request));
}

// Takes the body out of `payload`, so that the compressed bytes are gone before decoding begins.
StatusOr<Bytes> Ingest::Decompress(Payload& payload) {
  Bytes body = std::exchange(payload.body, Bytes());
  if (payload.encoding != compress::Encoding::kIdentity) {
    return compress::Decompress(payload.encoding, body.view(), max_request_bytes_, budget_);
  }
  if (body.size() > max_request_bytes_) {
    return absl::ResourceExhaustedError(absl::StrCat("the request of ", body.size(),
                                                     " bytes is larger than the limit of ",
                                                     max_request_bytes_, " bytes"));
  }
  return body;
}

}  // namespace spanhold::otlp_receiver
