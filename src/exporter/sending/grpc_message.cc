#include "src/exporter/sending/grpc_message.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <grpc/grpc.h>
#include <grpc/slice.h>

#include "src/core/mutex.h"

namespace spanhold::sending {

struct GrpcMessages::Count {
  Mutex mutex;
  CondVar changed;
  uint64_t messages SPANHOLD_GUARDED_BY(mutex) = 0;
};

// One message. Its slices share it.
struct GrpcMessages::Held {
  Held(Rope r, std::shared_ptr<Count> c) : rope(std::move(r)), count(std::move(c)) {
    const MutexLock lock(count->mutex);
    ++count->messages;
  }
  ~Held() {
    rope = Rope();  // whoever waits finds the bytes given back
    const MutexLock lock(count->mutex);
    --count->messages;
    count->changed.NotifyAll();
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  Rope rope;
  const std::shared_ptr<Count> count;
};

GrpcMessages::GrpcMessages() : count_(std::make_shared<Count>()) {}

GrpcMessages::~GrpcMessages() = default;

grpc_byte_buffer* GrpcMessages::Share(Rope message, bool gzip) {
  using HeldPtr = std::shared_ptr<const Held>;
  const HeldPtr held = std::make_shared<const Held>(std::move(message), count_);
  std::vector<grpc_slice> slices;
  slices.reserve(held->rope.pieces().size());
  for (const Rope::Piece& piece : held->rope.pieces()) {
    // Slices are mutable by type; gRPC never writes to one that it sends.
    void* const begin = const_cast<char*>(piece.bytes.data());
    slices.push_back(grpc_slice_new_with_user_data(
        begin, piece.bytes.size(), [](void* owner) { delete static_cast<HeldPtr*>(owner); },
        new HeldPtr(held)));
  }
  grpc_byte_buffer* const buffer = gzip ? grpc_raw_compressed_byte_buffer_create(
                                              slices.data(), slices.size(), GRPC_COMPRESS_GZIP)
                                        : grpc_raw_byte_buffer_create(slices.data(), slices.size());
  for (const grpc_slice& slice : slices) {
    grpc_slice_unref(slice);  // the buffer has references of its own
  }
  return buffer;
}

void GrpcMessages::AwaitNone(Deadline deadline) {
  const SystemClock clock;
  const MutexLock lock(count_->mutex);
  while (count_->messages > 0 && clock.Now() < deadline) {
    count_->changed.WaitUntil(count_->mutex, deadline);
  }
}

}  // namespace spanhold::sending
