#include "src/exporter/debug/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace spanhold::debug {
namespace {

Status ErrnoStatus(std::string_view what, const std::string& name) {
  const int error = errno;
  return absl::ErrnoToStatus(error, std::string(what) + " '" + name + "'");
}

}  // namespace

Output::~Output() {
  for (const Stream& stream : streams_) {
    if (stream.owned) {
      close(stream.descriptor);
    }
  }
  if (interrupt_ >= 0) {
    close(interrupt_);
  }
}

Status Output::Open() {
  interrupt_ = eventfd(0, EFD_CLOEXEC);
  if (interrupt_ < 0) {
    return ErrnoStatus("cannot create", "eventfd");
  }
  for (const std::string& path : paths_) {
    if (path == "stdout") {
      streams_.push_back({path, STDOUT_FILENO, false});
    } else if (path == "stderr") {
      streams_.push_back({path, STDERR_FILENO, false});
    } else {
      constexpr mode_t kMode = 0644;
      const int descriptor = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
      if (descriptor < 0) {
        return ErrnoStatus("cannot open", path);
      }
      streams_.push_back({path, descriptor, true});
    }
  }
  return absl::OkStatus();
}

Status Output::Write(std::string_view text) {
  Status first;
  for (const Stream& stream : streams_) {
    first.Update(WriteTo(stream, text));
  }
  return first;
}

void Output::Interrupt() {
  if (interrupt_ >= 0) {
    eventfd_write(interrupt_, 1);
  }
}

Status Output::WriteTo(const Stream& stream, std::string_view text) const {
  while (!text.empty()) {
    if (Status status = WaitFor(stream); !status.ok()) {
      return status;
    }
    // A pipe that poll() calls writable takes this much without blocking.
    const ssize_t written =
        write(stream.descriptor, text.data(), std::min<size_t>(text.size(), PIPE_BUF));
    if (written < 0 && errno != EAGAIN && errno != EINTR) {
      return ErrnoStatus("cannot write to", stream.name);
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

Status Output::WaitFor(const Stream& stream) const {
  std::array<pollfd, 2> wanted = {{{stream.descriptor, POLLOUT, 0}, {interrupt_, POLLIN, 0}}};
  while (poll(wanted.data(), wanted.size(), -1) < 0) {
    if (errno != EINTR) {
      return ErrnoStatus("cannot wait for", stream.name);
    }
  }
  if (wanted[1].revents != 0) {
    return absl::CancelledError("shutting down");
  }
  return absl::OkStatus();
}

}  // namespace spanhold::debug
