#include "src/exporter/debug/transport.h"

#include <utility>

#include <absl/time/time.h>

#include "src/core/log.h"
#include "src/exporter/debug/describe.h"

namespace spanhold::debug {
namespace {

// As the log writes it, so that both read as one.
std::string Timestamp(WallTime time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ",
                          absl::FromUnixNanos(time.time_since_epoch().count()),
                          absl::UTCTimeZone());
}

void LogLines(const std::string& id, std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    Log(LogLevel::kInfo, id, text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

}  // namespace

DebugTransport::DebugTransport(std::string id, const Config& config, const Clock& clock)
    : id_(std::move(id)),
      config_(config),
      clock_(clock),
      sampler_(config.sampling_initial, config.sampling_thereafter, clock),
      output_(config.output_paths),
      thread_("debug", clock) {}

Status DebugTransport::Start() {
  if (!config_.use_internal_logger) {
    SPANHOLD_RETURN_IF_ERROR(output_.Open());
  }
  thread_.Start();
  return absl::OkStatus();
}

void DebugTransport::Send(const otlp::TraceBatch& batch, Deadline /*deadline*/, Done done) {
  if (!sampler_.Take()) {
    done({absl::OkStatus(), 0, {}});
    return;
  }
  auto shared_done = std::make_shared<Done>(std::move(done));
  if (!thread_.Post([this, shared_done, text = Describe(batch, config_.verbosity)] {
        (*shared_done)({Show(text), 0, {}});
      })) {
    (*shared_done)({absl::CancelledError("the exporter is not running"), 0, {}});
  }
}

Status DebugTransport::Shutdown() {
  output_.Interrupt();
  thread_.Stop();
  return absl::OkStatus();
}

Status DebugTransport::Show(const std::string& text) {
  if (config_.use_internal_logger) {
    LogLines(id_, text);
    return absl::OkStatus();
  }
  Status status = output_.Write(Timestamp(clock_.WallNow()) + " " + id_ + ": " + text);
  if (status.ok() || absl::IsCancelled(status)) {
    return status;
  }
  return absl::FailedPreconditionError(status.message());
}

}  // namespace spanhold::debug
