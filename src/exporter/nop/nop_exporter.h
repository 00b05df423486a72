#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "src/config/fields.h"
#include "src/pipeline/exporter.h"

namespace spanhold::nop {

// `exporters.nop`: no keys.
struct Config final : config::ComponentConfig {
  void Describe(config::Fields& /*fields*/) override {}
};

// Takes everything and sends it nowhere, as the Collector's nop exporter: for a service whose
// tracing is switched off while its SDK still sends. Its spans count as sent.
//
// Threading: thread-safe.
class NopExporter final : public Exporter {
 public:
  [[nodiscard]] Status Start() override;
  void Drain(Deadline /*deadline*/) override {}  // it holds nothing
  [[nodiscard]] Status Shutdown(Deadline deadline) override;

  void Consume(TraceBatch batch, LaneAccount& account) override;
  uint64_t HeldSpans(const LaneAccount& /*account*/) const override { return 0; }
  bool HasRoom() const override { return true; }
  void AddRoomListener(std::function<void()> /*listener*/) override {}  // it never fills up

 private:
  std::atomic<bool> running_{false};
};

}  // namespace spanhold::nop
