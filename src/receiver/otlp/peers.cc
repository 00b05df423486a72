#include "src/receiver/otlp/peers.h"

#include <cstdlib>
#include <utility>

#include <absl/strings/match.h>

namespace spanhold::otlp_receiver {

void Peers::Set(int fd, std::string peer) {
  const auto index = static_cast<size_t>(fd);
  const MutexLock lock(mutex_);
  if (by_fd_.size() <= index) {
    by_fd_.resize(index + 1);
  }
  by_fd_[index] = std::move(peer);
}

int Peers::FdOf(const char* uri) {
  constexpr char kPrefix[] = "fd:";
  return absl::StartsWith(uri, kPrefix)
             ? static_cast<int>(std::strtol(uri + sizeof(kPrefix) - 1, nullptr, 10))
             : -1;
}

std::string Peers::Of(const char* uri) const {
  if (const int fd = FdOf(uri); fd >= 0) {
    const auto index = static_cast<size_t>(fd);
    const MutexLock lock(mutex_);
    if (index < by_fd_.size()) {
      return by_fd_[index];
    }
  }
  return uri;
}

}  // namespace spanhold::otlp_receiver
