#include "src/exporter/file/transport.h"

#include <utility>

#include "src/exporter/file/record.h"
#include "src/exporter/sending/split.h"

namespace spanhold::file {
namespace {

std::string_view Advice(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kResourceExhausted:
      return "; make room, writing goes on by itself";
    case absl::StatusCode::kNotFound:
      return "; create the directory, or set `create_directory: true`";
    case absl::StatusCode::kPermissionDenied:
      return "; let the user the daemon runs as write there";
    default:
      return "";
  }
}

Status WithAdvice(const Status& status, absl::StatusCode code) {
  return Status(code, std::string(MessageOf(status)) + std::string(Advice(status.code())));
}

}  // namespace

FileTransport::FileTransport(const std::string& id, const Config& config,
                             const Dependencies& dependencies)
    : config_(config),
      clock_(dependencies.clock),
      budget_(dependencies.budget),
      thread_("file", dependencies.clock),
      file_(id, config, dependencies.file_system, dependencies.clock, dependencies.telemetry) {}

Status FileTransport::Start() {
  const Status status = file_.Open();
  if (!status.ok() && !absl::IsResourceExhausted(status)) {
    return WithAdvice(status, status.code());
  }
  thread_.Start();
  return absl::OkStatus();
}

std::vector<otlp::TraceBatch> FileTransport::Split(otlp::TraceBatch batch) const {
  return sending::SplitBySize(std::move(batch));
}

void FileTransport::Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) {
  auto request = std::make_shared<std::pair<Bytes, Done>>(
      EncodeRecord(batch, config_.format, config_.compression, budget_), std::move(done));
  if (!thread_.Post([this, request, deadline] {
        Write(request->first, deadline, std::move(request->second));
      })) {
    request->second({absl::CancelledError("the exporter is not running"), 0, {}});
  }
}

Status FileTransport::Shutdown() {
  stopping_ = true;
  thread_.Stop();
  file_.Close();
  return absl::OkStatus();
}

void FileTransport::Write(const Bytes& record, Deadline deadline, Done done) {
  if (stopping_) {
    done({absl::CancelledError("shutting down"), 0, {}});
    return;
  }
  if (clock_.Now() >= deadline) {
    done({absl::DeadlineExceededError("the disk is too slow: the record waited for `timeout`"),
          0,
          {}});
    return;
  }
  const Status status = file_.Append(record.view());
  if (!status.ok()) {
    done({WithAdvice(status, absl::StatusCode::kUnavailable), 0, {}});
    return;
  }
  ScheduleFlush();
  done({absl::OkStatus(), 0, {}});
}

void FileTransport::ScheduleFlush() {
  if (config_.flush_interval == Duration::zero() || std::exchange(flush_scheduled_, true)) {
    return;
  }
  thread_.timers().Schedule(clock_.Now() + config_.flush_interval, [this] {
    flush_scheduled_ = false;
    file_.Flush();
  });
}

}  // namespace spanhold::file
