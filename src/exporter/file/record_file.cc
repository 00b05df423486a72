#include "src/exporter/file/record_file.h"

#include <algorithm>
#include <utility>

namespace spanhold::file {
namespace {

constexpr uint64_t kMegabyte = 1 << 20;  // as the Collector's rotation counts
constexpr Duration kDay = std::chrono::hours(24);
constexpr size_t kLengthSize = 4;  // big-endian, before each record of a framed file

uint32_t ReadLength(std::string_view bytes) {
  uint32_t length = 0;
  for (const char c : bytes) {
    length = (length << 8U) | static_cast<unsigned char>(c);
  }
  return length;
}

Status WriteAll(File& file, std::string_view bytes) {
  while (!bytes.empty()) {
    SPANHOLD_ASSIGN_OR_RETURN(const size_t written, file.Append(bytes));
    bytes.remove_prefix(written);
  }
  return absl::OkStatus();
}

}  // namespace

RecordFile::RecordFile(std::string id, const Config& config, FileSystem& file_system,
                       const Clock& clock, Telemetry& telemetry)
    : id_(std::move(id)),
      config_(config),
      backups_(config.path, config.rotation),
      file_system_(file_system),
      clock_(clock),
      rotations_(telemetry.AddCounter("spanhold_file_rotations",
                                      "Files renamed because of their size or age.",
                                      {{"exporter", id_}})),
      flush_failures_(telemetry.AddCounter(
          "spanhold_file_flush_failures",
          "Times the disk did not take what had been written; it may be incomplete there.",
          {{"exporter", id_}})),
      rotation_log_(clock),
      flush_log_(clock),
      empty_first_(!config.append && !config.rotation.enabled) {}

Status RecordFile::Open() {
  if (config_.create_directory) {
    SPANHOLD_RETURN_IF_ERROR(
        file_system_.CreateDirectories(backups_.directory(), config_.directory_mode()));
  }
  SPANHOLD_ASSIGN_OR_RETURN(std::unique_ptr<File> file, file_system_.OpenForAppend(config_.path));
  SPANHOLD_ASSIGN_OR_RETURN(info_, file->Info());
  if (info_.regular) {
    SPANHOLD_RETURN_IF_ERROR(file->Lock());
    if (empty_first_) {
      SPANHOLD_RETURN_IF_ERROR(file->Truncate(0));
      info_.size = 0;
    }
    SPANHOLD_ASSIGN_OR_RETURN(const bool whole, EndsWhole(info_.size));
    if (!whole && config_.framed()) {
      SPANHOLD_RETURN_IF_ERROR(RenameToBackup());
      Log(LogLevel::kWarn, id_, "the file's last record is torn: renamed it, starting a new one",
          {{"path", config_.path}});
      file.reset();
      return Open();
    }
    if (!whole) {
      SPANHOLD_RETURN_IF_ERROR(WriteAll(*file, "\n"));
      Log(LogLevel::kWarn, id_, "the file's last line is torn: going on below it",
          {{"path", config_.path}});
    }
  }
  empty_first_ = false;
  file_ = std::move(file);
  RemoveExpired();
  return absl::OkStatus();
}

Status RecordFile::Append(std::string_view record) {
  SPANHOLD_RETURN_IF_ERROR(EnsureOpen());
  if (IsDue(record.size())) {
    SPANHOLD_RETURN_IF_ERROR(Rotate());
  }
  const uint64_t size_before = info_.size;
  Status status = WriteAll(*file_, record);
  if (status.ok()) {
    info_.size += record.size();
    unflushed_ = true;
    return absl::OkStatus();
  }
  if (!info_.regular || !file_->Truncate(size_before).ok()) {
    // What was torn stays: the next Open() repairs it.
    Close();
  }
  return status;
}

void RecordFile::Flush() {
  if (!file_ || !std::exchange(unflushed_, false)) {
    return;
  }
  if (const Status status = file_->Sync(); !status.ok()) {
    flush_failures_.Add(1);
    flush_log_.Log(LogLevel::kError, id_,
                   "the disk did not take what was written, records may be missing: check it",
                   {{"error", status}});
  }
}

void RecordFile::Close() {
  Flush();
  file_.reset();
}

Status RecordFile::EnsureOpen() {
  if (file_) {
    const StatusOr<FileInfo> named = file_system_.Stat(config_.path);
    if (named.ok() && named->device == info_.device && named->inode == info_.inode) {
      info_.size = named->size;  // somebody may have emptied it
      return absl::OkStatus();
    }
    Log(LogLevel::kWarn, id_, "the file was removed or replaced: opening it anew",
        {{"path", config_.path}});
    Close();
  }
  return Open();
}

StatusOr<bool> RecordFile::EndsWhole(uint64_t size) const {
  if (size == 0) {
    return true;
  }
  SPANHOLD_ASSIGN_OR_RETURN(const std::unique_ptr<File> file,
                            file_system_.OpenForRead(config_.path));
  if (!config_.framed()) {
    SPANHOLD_ASSIGN_OR_RETURN(const std::string last, file->ReadAt(size - 1, 1));
    return last == "\n";
  }
  uint64_t offset = 0;
  while (offset < size) {
    SPANHOLD_ASSIGN_OR_RETURN(const std::string length, file->ReadAt(offset, kLengthSize));
    if (length.size() < kLengthSize || ReadLength(length) == 0) {
      return false;
    }
    offset += kLengthSize + ReadLength(length);
  }
  return offset == size;
}

bool RecordFile::IsDue(size_t next_record) const {
  const RotationConfig& rotation = config_.rotation;
  if (!rotation.enabled || !info_.regular || info_.size == 0) {
    return false;
  }
  const uint64_t max_size = static_cast<uint64_t>(rotation.max_megabytes) * kMegabyte;
  const bool too_large = info_.size + next_record > max_size;
  const bool too_old =
      rotation.max_days > 0 && clock_.WallNow() - info_.created >= rotation.max_days * kDay;
  return too_large || too_old;
}

Status RecordFile::Rotate() {
  if (const Status status = RenameToBackup(); !status.ok()) {
    rotation_log_.Log(LogLevel::kWarn, id_, "cannot rotate the file, it goes on growing",
                      {{"error", status}});
    return absl::OkStatus();
  }
  rotations_.Add(1);
  Close();
  return Open();
}

Status RecordFile::RenameToBackup() {
  // A millisecond of its own for each, so that their names keep their order.
  constexpr Duration kStep = std::chrono::milliseconds(1);
  last_rotation_ = std::max(clock_.WallNow(), last_rotation_ + kStep);
  while (file_system_.Stat(backups_.PathAt(last_rotation_)).ok()) {
    last_rotation_ += kStep;
  }
  return file_system_.Rename(config_.path, backups_.PathAt(last_rotation_));
}

void RecordFile::RemoveExpired() {
  if (!config_.rotation.enabled) {
    return;
  }
  const StatusOr<std::vector<std::string>> names = file_system_.List(backups_.directory());
  if (!names.ok()) {
    rotation_log_.Log(LogLevel::kWarn, id_, "cannot look for old files to remove",
                      {{"error", names.status()}});
    return;
  }
  for (const std::string& path : backups_.Expired(*names, clock_.WallNow())) {
    const Status status = file_system_.Remove(path);
    if (status.ok()) {
      Log(LogLevel::kInfo, id_, "removed an old file, as `rotation` asks", {{"path", path}});
    } else {
      rotation_log_.Log(LogLevel::kWarn, id_, "cannot remove an old file", {{"error", status}});
    }
  }
}

}  // namespace spanhold::file
