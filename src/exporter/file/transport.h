#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/exporter/file/config.h"
#include "src/exporter/file/record_file.h"
#include "src/exporter/sending/blocking_thread.h"
#include "src/exporter/sending/transport.h"
#include "src/files/file_system.h"
#include "src/pipeline/telemetry.h"

namespace spanhold::file {

// Writes each batch as one record to a file (record.h, record_file.h).
//
// A batch is sent once the operating system has its record, which survives the end of the process;
// `flush_interval` bounds what a power cut can take. Every failure is kUnavailable and says what to
// do: the record is not in the file and the same Send() works when there is room again.
//
// Threading: thread-safe. Encoding runs on the caller's thread, everything that may block on the
// disk on the thread "file". Ownership: the references must outlive it. Counts: see RecordFile.
class FileTransport final : public sending::Transport {
 public:
  struct Dependencies {
    FileSystem& file_system;
    const Clock& clock;
    MemoryBudget& budget;
    Telemetry& telemetry;
  };

  FileTransport(const std::string& id, const Config& config, const Dependencies& dependencies);

  // Opens the file. A full disk is no error here, the first Send() meets it.
  [[nodiscard]] Status Start() override;

  // Into records of bounded size.
  std::vector<otlp::TraceBatch> Split(otlp::TraceBatch batch) const override;

  // `deadline` bounds the wait for the writer, not a write that has begun.
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override;

  [[nodiscard]] Status Shutdown() override;

 private:
  void Write(const Bytes& record, Deadline deadline, Done done);
  void ScheduleFlush();

  const Config config_;
  const Clock& clock_;
  MemoryBudget& budget_;
  std::atomic<bool> stopping_{false};  // set by Shutdown(), read by the writer
  sending::BlockingThread thread_;
  // Bound to the thread while that runs.
  RecordFile file_;
  bool flush_scheduled_ = false;
};

}  // namespace spanhold::file
