#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "src/core/mutex.h"
#include "src/files/file_system.h"

namespace spanhold {

// A file system in memory that a test can make full, broken or slow of uptake. Thread-safe.
class FakeFileSystem final : public FileSystem {
 public:
  enum class Call {
    kOpen,
    kAppend,
    kTruncate,
    kSync,
    kRename,
    kRemove,
    kList,
    kCreateDirectories,
    kSyncDirectory,
    kLock,
    kRead
  };

  FakeFileSystem() = default;

  // From now on `call` fails with `status`; an OK one heals it.
  void Fail(Call call, const Status& status) {
    const MutexLock lock(mutex_);
    failures_[call] = status;
  }
  // How many bytes fit yet; a write that does not fit writes what does.
  void SetFreeBytes(uint64_t bytes) {
    const MutexLock lock(mutex_);
    free_bytes_ = bytes;
  }
  // A write takes no more than that at once.
  void SetLargestWrite(uint64_t bytes) {
    const MutexLock lock(mutex_);
    largest_write_ = bytes;
  }
  void SetCreationTime(WallTime time) {
    const MutexLock lock(mutex_);
    creation_time_ = time;
  }

  void AddDirectory(const std::string& path) {
    const MutexLock lock(mutex_);
    directories_.insert(path);
  }
  // With all that is in it; open files live on, without a name.
  void RemoveDirectory(const std::string& path) {
    const MutexLock lock(mutex_);
    directories_.erase(path);
    std::erase_if(files_, [&](const auto& file) { return Parent(file.first) == path; });
  }
  void Put(const std::string& path, std::string content) {
    const MutexLock lock(mutex_);
    Node(path)->content = std::move(content);
  }
  void Unlink(const std::string& path) {
    const MutexLock lock(mutex_);
    files_.erase(path);
  }

  std::string Content(const std::string& path) const {
    const MutexLock lock(mutex_);
    const auto file = files_.find(path);
    return file == files_.end() ? "(no such file)" : file->second->content;
  }
  std::vector<std::string> Paths() const {
    const MutexLock lock(mutex_);
    std::vector<std::string> paths;
    for (const auto& [path, inode] : files_) {
      paths.push_back(path);
    }
    return paths;
  }
  uint64_t appends() const {
    const MutexLock lock(mutex_);
    return appends_;
  }
  // Sync() does not return from now on, or does again.
  void SetSyncsHeld(bool held) {
    const MutexLock lock(mutex_);
    syncs_held_ = held;
    synced_.NotifyAll();
  }
  // Returns when Sync() has been called that often.
  void WaitForSyncs(uint64_t count) {
    const MutexLock lock(mutex_);
    while (syncs_ < count) {
      synced_.Wait(mutex_);
    }
  }

  StatusOr<std::unique_ptr<File>> OpenForAppend(const std::string& path) override {
    const MutexLock lock(mutex_);
    if (const Status status = Check(Call::kOpen); !status.ok()) {
      return status;
    }
    if (!directories_.contains(Parent(path))) {
      return absl::NotFoundError("cannot open '" + path + "': No such file or directory");
    }
    return std::make_unique<OpenFile>(*this, Node(path));
  }
  StatusOr<std::unique_ptr<File>> OpenForRead(const std::string& path) override {
    const MutexLock lock(mutex_);
    const auto file = files_.find(path);
    if (file == files_.end()) {
      return absl::NotFoundError(path);
    }
    return std::make_unique<OpenFile>(*this, file->second);
  }
  StatusOr<FileInfo> Stat(const std::string& path) override {
    const MutexLock lock(mutex_);
    if (directories_.contains(path)) {
      return FileInfo{};
    }
    const auto file = files_.find(path);
    if (file == files_.end()) {
      return absl::NotFoundError(path);
    }
    return InfoOf(*file->second);
  }
  Status CreateDirectories(const std::string& path, uint32_t /*mode*/) override {
    const MutexLock lock(mutex_);
    directories_.insert(path);
    return Check(Call::kCreateDirectories);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    const MutexLock lock(mutex_);
    if (const Status status = Check(Call::kRename); !status.ok()) {
      return status;
    }
    files_[to] = std::exchange(files_[from], nullptr);
    files_.erase(from);
    return absl::OkStatus();
  }
  Status Remove(const std::string& path) override {
    const MutexLock lock(mutex_);
    if (const Status status = Check(Call::kRemove); !status.ok()) {
      return status;
    }
    return files_.erase(path) == 1 ? absl::OkStatus() : absl::NotFoundError(path);
  }
  Status SyncDirectory(const std::string& /*path*/) override {
    const MutexLock lock(mutex_);
    return Check(Call::kSyncDirectory);
  }
  StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    const MutexLock lock(mutex_);
    if (const Status status = Check(Call::kList); !status.ok()) {
      return status;
    }
    std::vector<std::string> names = {".", ".."};
    for (const auto& [path, inode] : files_) {
      if (Parent(path) == directory) {
        names.push_back(path.substr(directory.size() + 1));
      }
    }
    return names;
  }

 private:
  struct Inode {
    uint64_t number = 0;
    std::string content;
    WallTime created;
  };

  class OpenFile final : public File {
   public:
    OpenFile(FakeFileSystem& system, std::shared_ptr<Inode> inode)
        : system_(system), inode_(std::move(inode)) {}

    StatusOr<size_t> AppendPieces(std::span<const std::string_view> pieces) override {
      std::string joined;
      for (const std::string_view piece : pieces) {
        joined += piece;
      }
      return Append(joined);
    }
    StatusOr<size_t> Append(std::string_view bytes) override {
      const MutexLock lock(system_.mutex_);
      ++system_.appends_;
      if (const Status status = system_.Check(Call::kAppend); !status.ok()) {
        return status;
      }
      const uint64_t fits =
          std::min({uint64_t{bytes.size()}, system_.free_bytes_, system_.largest_write_});
      if (fits == 0) {
        return absl::ResourceExhaustedError("No space left on device");
      }
      system_.free_bytes_ -= fits;
      inode_->content += bytes.substr(0, fits);
      return fits;
    }
    StatusOr<std::string> ReadAt(uint64_t offset, size_t size) override {
      const MutexLock lock(system_.mutex_);
      if (const Status status = system_.Check(Call::kRead); !status.ok()) {
        return status;
      }
      return offset > inode_->content.size() ? "" : inode_->content.substr(offset, size);
    }
    Status Truncate(uint64_t size) override {
      const MutexLock lock(system_.mutex_);
      if (const Status status = system_.Check(Call::kTruncate); !status.ok()) {
        return status;
      }
      inode_->content.resize(size);
      return absl::OkStatus();
    }
    Status Sync() override {
      const MutexLock lock(system_.mutex_);
      ++system_.syncs_;
      system_.synced_.NotifyAll();
      while (system_.syncs_held_) {
        system_.synced_.Wait(system_.mutex_);
      }
      return system_.Check(Call::kSync);
    }
    StatusOr<FileInfo> Info() override {
      const MutexLock lock(system_.mutex_);
      return InfoOf(*inode_);
    }
    Status Lock() override {
      const MutexLock lock(system_.mutex_);
      return system_.Check(Call::kLock);
    }

   private:
    FakeFileSystem& system_;
    const std::shared_ptr<Inode> inode_;  // last owner: the last open file or the directory
  };

  static std::string Parent(const std::string& path) { return path.substr(0, path.rfind('/')); }
  static FileInfo InfoOf(const Inode& inode) {
    return {1, inode.number, inode.content.size(), true, inode.created};
  }
  Status Check(Call call) SPANHOLD_REQUIRES(mutex_) { return failures_[call]; }
  std::shared_ptr<Inode> Node(const std::string& path) SPANHOLD_REQUIRES(mutex_) {
    std::shared_ptr<Inode>& inode = files_[path];
    if (!inode) {
      inode = std::make_shared<Inode>(Inode{++last_number_, "", creation_time_});
    }
    return inode;
  }

  mutable Mutex mutex_;
  CondVar synced_;
  std::map<Call, Status> failures_ SPANHOLD_GUARDED_BY(mutex_);
  std::set<std::string> directories_ SPANHOLD_GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<Inode>> files_ SPANHOLD_GUARDED_BY(mutex_);
  uint64_t free_bytes_ SPANHOLD_GUARDED_BY(mutex_) = UINT64_MAX;
  uint64_t largest_write_ SPANHOLD_GUARDED_BY(mutex_) = UINT64_MAX;
  uint64_t last_number_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  uint64_t appends_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  uint64_t syncs_ SPANHOLD_GUARDED_BY(mutex_) = 0;
  bool syncs_held_ SPANHOLD_GUARDED_BY(mutex_) = false;
  WallTime creation_time_ SPANHOLD_GUARDED_BY(mutex_);
};

}  // namespace spanhold
