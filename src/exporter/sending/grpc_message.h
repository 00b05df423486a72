#pragma once

#include <memory>

#include <grpc/byte_buffer.h>

#include "src/core/clock.h"
#include "src/core/rope.h"

namespace spanhold::sending {

// The messages of one client that gRPC has, which is until it has let go of them: of a call that was
// cancelled its write buffers may keep a part. The bytes stay reserved as long.
//
// Threading: thread-safe.
class GrpcMessages {
 public:
  GrpcMessages();
  ~GrpcMessages();
  GrpcMessages(const GrpcMessages&) = delete;
  GrpcMessages& operator=(const GrpcMessages&) = delete;

  // `message` as gRPC takes it, without a copy, to be freed by grpc_byte_buffer_destroy(). `gzip`:
  // it is compressed so.
  grpc_byte_buffer* Share(Rope message, bool gzip);

  // Waits until gRPC has none any more, or until `deadline`. Its loop must run.
  void AwaitNone(Deadline deadline);

 private:
  struct Count;
  struct Held;

  const std::shared_ptr<Count> count_;  // last owner: the last message
};

}  // namespace spanhold::sending
