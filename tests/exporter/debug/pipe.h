#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "src/core/check.h"

namespace spanhold::debug {

// A pipe whose writing end has a path, as a terminal or a log collector behind stdout has.
class Pipe {
 public:
  Pipe() { SPANHOLD_CHECK(pipe2(ends_.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    CloseReader();
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(ends_[1]); }
  int capacity() const { return fcntl(ends_[1], F_GETPIPE_SZ); }

  // Returns when `size` bytes have come.
  std::string Read(size_t size) const {
    std::string bytes(size, '\0');
    size_t filled = 0;
    while (filled < size) {
      const ssize_t got = read(ends_[0], bytes.data() + filled, size - filled);
      SPANHOLD_CHECK(got > 0);
      filled += static_cast<size_t>(got);
    }
    return bytes;
  }
  void CloseReader() {
    if (ends_[0] >= 0) {
      close(ends_[0]);
      ends_[0] = -1;
    }
  }

 private:
  std::array<int, 2> ends_{};
};

}  // namespace spanhold::debug
