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

std::string Peers::Of(const char* uri) const {
  constexpr char kPrefix[] = "fd:";
  if (absl::StartsWith(uri, kPrefix)) {
    const auto index = std::strtoul(uri + sizeof(kPrefix) - 1, nullptr, 10);
    const MutexLock lock(mutex_);
    if (index < by_fd_.size()) {
      return by_fd_[index];
    }
  }
  return uri;
}

}  // namespace spanhold::otlp_receiver
