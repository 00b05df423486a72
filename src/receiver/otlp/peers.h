#pragma once

#include <string>
#include <vector>

#include "src/core/mutex.h"

namespace spanhold::otlp_receiver {

// Who is at the other end of each open connection. gRPC, given a socket that others have accepted,
// knows its descriptor alone.
//
// Threading: thread-safe.
class Peers {
 public:
  // `fd` is `peer` from here on, until another one has the number.
  void Set(int fd, std::string peer);

  // The descriptor of the connection that gRPC calls `uri`, or -1. It may be closed.
  static int FdOf(const char* uri);

  // The peer of the connection that gRPC calls `uri`: "fd:12".
  std::string Of(const char* uri) const;

 private:
  mutable Mutex mutex_;
  std::vector<std::string> by_fd_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold::otlp_receiver
