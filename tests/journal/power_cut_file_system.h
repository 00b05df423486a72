#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_file_system.h"

namespace spanhold::journal {

// A file system that remembers each change, and can say what a power failure may leave: whatever
// was forced to the disk, and any prefix of the rest, cut within a write too. One directory; not
// thread-safe.
class PowerCutFileSystem final : public FileSystem {
 public:
  using Files = std::map<std::string, std::string>;

  explicit PowerCutFileSystem(FakeFileSystem& live) : live_(live) {}

  // Calls `moment` after each change, before a sync has covered it.
  void AtEachMoment(std::function<void()> moment) { moment_ = std::move(moment); }

  // Every state that a power failure may leave at this moment.
  std::vector<Files> AfterPowerCut() const {
    std::vector<size_t> loose;
    for (size_t i = 0; i < changes_.size(); ++i) {
      if (!changes_[i].forced) {
        loose.push_back(i);
      }
    }
    std::vector<Files> states;
    for (size_t kept = 0; kept <= loose.size(); ++kept) {
      states.push_back(State(kept, 0));
      if (kept < loose.size() && changes_[loose[kept]].kind == Kind::kAppend) {
        states.push_back(State(kept, 1));
        states.push_back(State(kept, changes_[loose[kept]].bytes.size() / 2));
        states.push_back(State(kept, changes_[loose[kept]].bytes.size() - 1));
      }
    }
    return states;
  }

  StatusOr<std::unique_ptr<File>> OpenForAppend(const std::string& path) override {
    SPANHOLD_ASSIGN_OR_RETURN(std::unique_ptr<File> file, live_.OpenForAppend(path));
    if (!inodes_.contains(path)) {
      inodes_[path] = ++last_inode_;
      Record({Kind::kCreate, last_inode_, path, "", 0, false});
    }
    return std::make_unique<Recorded>(*this, std::move(file), inodes_[path]);
  }
  StatusOr<std::unique_ptr<File>> OpenForRead(const std::string& path) override {
    return live_.OpenForRead(path);
  }
  StatusOr<FileInfo> Stat(const std::string& path) override { return live_.Stat(path); }
  Status CreateDirectories(const std::string& path, uint32_t mode) override {
    return live_.CreateDirectories(path, mode);
  }
  Status Rename(const std::string& /*from*/, const std::string& /*to*/) override {
    return absl::UnimplementedError("not used by the journal");
  }
  Status Remove(const std::string& path) override {
    SPANHOLD_RETURN_IF_ERROR(live_.Remove(path));
    inodes_.erase(path);
    Record({Kind::kRemove, 0, path, "", 0, false});
    return absl::OkStatus();
  }
  Status SyncDirectory(const std::string& path) override {
    SPANHOLD_RETURN_IF_ERROR(live_.SyncDirectory(path));
    for (Change& change : changes_) {
      change.forced |= change.kind == Kind::kCreate || change.kind == Kind::kRemove;
    }
    return absl::OkStatus();
  }
  StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    return live_.List(directory);
  }

 private:
  enum class Kind { kCreate, kRemove, kAppend, kTruncate };
  struct Change {
    Kind kind;
    uint64_t inode;
    std::string path;
    std::string bytes;
    uint64_t size;
    bool forced;
  };

  class Recorded final : public File {
   public:
    Recorded(PowerCutFileSystem& system, std::unique_ptr<File> file, uint64_t inode)
        : system_(system), file_(std::move(file)), inode_(inode) {}

    StatusOr<size_t> Append(std::string_view bytes) override { return AppendPieces({&bytes, 1}); }
    StatusOr<size_t> AppendPieces(std::span<const std::string_view> pieces) override {
      SPANHOLD_ASSIGN_OR_RETURN(const size_t written, file_->AppendPieces(pieces));
      std::string joined;
      for (const std::string_view piece : pieces) {
        joined += piece;
      }
      system_.Record({Kind::kAppend, inode_, "", joined.substr(0, written), 0, false});
      return written;
    }
    StatusOr<std::string> ReadAt(uint64_t offset, size_t size) override {
      return file_->ReadAt(offset, size);
    }
    Status Truncate(uint64_t size) override {
      SPANHOLD_RETURN_IF_ERROR(file_->Truncate(size));
      system_.Record({Kind::kTruncate, inode_, "", "", size, false});
      return absl::OkStatus();
    }
    Status Sync() override {
      SPANHOLD_RETURN_IF_ERROR(file_->Sync());
      for (Change& change : system_.changes_) {
        change.forced |= change.inode == inode_ && change.kind != Kind::kCreate;
      }
      return absl::OkStatus();
    }
    StatusOr<FileInfo> Info() override { return file_->Info(); }
    Status Lock() override { return file_->Lock(); }

   private:
    PowerCutFileSystem& system_;
    const std::unique_ptr<File> file_;
    const uint64_t inode_;
  };

  void Record(Change change) {
    changes_.push_back(std::move(change));
    if (moment_) {
      moment_();
    }
  }

  // The forced changes, the first `kept` of the others, and `part` bytes of the next.
  Files State(size_t kept, size_t part) const {
    std::map<uint64_t, std::string> contents;
    std::map<std::string, uint64_t> names;
    size_t seen = 0;
    for (const Change& change : changes_) {
      size_t bytes = change.bytes.size();
      if (!change.forced) {
        const size_t index = seen++;
        if (index > kept || (index == kept && part == 0)) {
          continue;
        }
        bytes = index == kept ? part : bytes;
      }
      Apply(change, bytes, contents, names);
    }
    Files files;
    for (const auto& [path, inode] : names) {
      files[path] = contents[inode];
    }
    return files;
  }

  static void Apply(const Change& change, size_t bytes, std::map<uint64_t, std::string>& contents,
                    std::map<std::string, uint64_t>& names) {
    switch (change.kind) {
      case Kind::kCreate:
        names[change.path] = change.inode;
        break;
      case Kind::kRemove:
        names.erase(change.path);
        break;
      case Kind::kAppend:
        contents[change.inode] += change.bytes.substr(0, bytes);
        break;
      case Kind::kTruncate:
        contents[change.inode].resize(change.size);
        break;
    }
  }

  FakeFileSystem& live_;
  std::function<void()> moment_;
  std::vector<Change> changes_;
  std::map<std::string, uint64_t> inodes_;
  uint64_t last_inode_ = 0;
};

}  // namespace spanhold::journal
