#pragma once

#include <memory>
#include <string>

#include "src/core/clock.h"
#include "src/exporter/debug/config.h"
#include "src/exporter/debug/output.h"
#include "src/exporter/debug/sampler.h"
#include "src/exporter/sending/blocking_thread.h"
#include "src/exporter/sending/transport.h"

namespace spanhold::debug {

// Shows batches to a person (describe.h): on stdout, in files or in the daemon's log.
//
// What cannot be written (nobody reads the pipe any more, the disk is full) is refused for good, so
// that a look at the spans never holds them back from where they are kept; the lane counts and logs
// it. A reader that is only slow is waited for.
//
// Threading: thread-safe. Texts are made on the caller's thread, which never blocks, and written on
// the thread "debug". Ownership: `clock` must outlive it.
class DebugTransport final : public sending::Transport {
 public:
  DebugTransport(std::string id, const Config& config, const Clock& clock);

  [[nodiscard]] Status Start() override;
  // `deadline` is not used: a person has no timeout.
  void Send(const otlp::TraceBatch& batch, Deadline deadline, Done done) override;
  [[nodiscard]] Status Shutdown() override;

 private:
  Status Show(const std::string& text);

  const std::string id_;
  const Config config_;
  const Clock& clock_;
  Sampler sampler_;
  Output output_;
  sending::BlockingThread thread_;
};

}  // namespace spanhold::debug
