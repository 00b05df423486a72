#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

#include "src/core/check.h"
#include "src/files/file_system.h"

namespace spanhold {
namespace {

// The last system call's error; to be called right after it.
Status ErrnoStatus(std::string_view what, const std::string& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, std::string(what) + " '" + path + "'");
}

WallTime ToWallTime(const struct statx_timestamp& time) {
  return WallTime(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

StatusOr<FileInfo> StatxAt(int fd, const char* name, const std::string& path) {
  struct statx stat {};
  const int flags = *name == '\0' ? AT_EMPTY_PATH : 0;
  if (statx(fd, name, flags, STATX_BASIC_STATS | STATX_BTIME, &stat) != 0) {
    return ErrnoStatus("cannot look at", path);
  }
  FileInfo info;
  info.device = (uint64_t{stat.stx_dev_major} << 32U) | stat.stx_dev_minor;
  info.inode = stat.stx_ino;
  info.size = stat.stx_size;
  info.regular = S_ISREG(stat.stx_mode);
  info.created = ToWallTime((stat.stx_mask & STATX_BTIME) != 0 ? stat.stx_btime : stat.stx_mtime);
  return info;
}

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { close(fd_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  StatusOr<size_t> Append(std::string_view bytes) override { return AppendPieces({&bytes, 1}); }

  StatusOr<size_t> AppendPieces(std::span<const std::string_view> pieces) override {
    SPANHOLD_CHECK(pieces.size() <= kMostPieces);
    std::array<iovec, kMostPieces> vector;
    for (size_t i = 0; i < pieces.size(); ++i) {
      vector[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    ssize_t written = 0;
    do {
      written = writev(fd_, vector.data(), static_cast<int>(pieces.size()));
    } while (written < 0 && errno == EINTR);
    if (written < 0) {
      return ErrnoStatus("cannot write to", path_);
    }
    if (written == 0) {
      return absl::DataLossError("cannot write to '" + path_ + "': it takes no bytes");
    }
    return static_cast<size_t>(written);
  }

  StatusOr<std::string> ReadAt(uint64_t offset, size_t size) override {
    std::string bytes(size, '\0');
    size_t filled = 0;
    while (filled < size) {
      const ssize_t got =
          pread(fd_, bytes.data() + filled, size - filled, static_cast<off_t>(offset + filled));
      if (got < 0 && errno != EINTR) {
        return ErrnoStatus("cannot read", path_);
      }
      if (got == 0) {
        break;
      }
      filled += got < 0 ? 0 : static_cast<size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
  }

  Status Truncate(uint64_t size) override {
    if (ftruncate(fd_, static_cast<off_t>(size)) != 0) {
      return ErrnoStatus("cannot shorten", path_);
    }
    return absl::OkStatus();
  }

  Status Sync() override {
    // EINVAL: a terminal, pipe or device, which has nothing to force.
    if (fdatasync(fd_) != 0 && errno != EINVAL) {
      return ErrnoStatus("cannot flush", path_);
    }
    return absl::OkStatus();
  }

  StatusOr<FileInfo> Info() override { return StatxAt(fd_, "", path_); }

  Status Lock() override {
    // A file system without locks (ENOLCK, EOPNOTSUPP) is used without.
    if (flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      return absl::FailedPreconditionError("'" + path_ +
                                           "' is in use by another process or exporter");
    }
    return absl::OkStatus();
  }

 private:
  const int fd_;
  const std::string path_;
};

StatusOr<std::unique_ptr<File>> OpenFile(const std::string& path, int flags) {
  constexpr mode_t kMode = 0644;
  // O_NONBLOCK: opening a pipe that nobody reads is an error at once instead of a wait.
  const int fd = open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, kMode);
  if (fd < 0) {
    return ErrnoStatus("cannot open", path);
  }
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return std::make_unique<PosixFile>(fd, path);
}

class Posix final : public FileSystem {
 public:
  StatusOr<std::unique_ptr<File>> OpenForAppend(const std::string& path) override {
    return OpenFile(path, O_WRONLY | O_APPEND | O_CREAT);
  }

  StatusOr<std::unique_ptr<File>> OpenForRead(const std::string& path) override {
    return OpenFile(path, O_RDONLY);
  }

  StatusOr<FileInfo> Stat(const std::string& path) override {
    return StatxAt(AT_FDCWD, path.c_str(), path);
  }

  Status CreateDirectories(const std::string& path, uint32_t mode) override {
    const std::filesystem::path whole(path);
    std::filesystem::path prefix;
    for (const auto& part : whole) {
      prefix /= part;
      if (mkdir(prefix.c_str(), mode) != 0 && errno != EEXIST && errno != EISDIR) {
        return ErrnoStatus("cannot create directory", prefix.string());
      }
    }
    return absl::OkStatus();
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) != 0) {
      return ErrnoStatus("cannot rename to", to);
    }
    return absl::OkStatus();
  }

  Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) != 0) {
      return ErrnoStatus("cannot remove", path);
    }
    return absl::OkStatus();
  }

  Status SyncDirectory(const std::string& path) override {
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
      return ErrnoStatus("cannot open", path);
    }
    Status status = fsync(fd) == 0 ? Status() : ErrnoStatus("cannot flush", path);
    close(fd);
    return status;
  }

  StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    DIR* stream = opendir(directory.c_str());
    if (stream == nullptr) {
      return ErrnoStatus("cannot list", directory);
    }
    std::vector<std::string> names;
    while (const dirent* entry = readdir(stream)) {
      names.emplace_back(static_cast<const char*>(entry->d_name));
    }
    closedir(stream);
    return names;
  }
};

}  // namespace

FileSystem& PosixFileSystem() {
  static Posix instance;
  return instance;
}

}  // namespace spanhold
