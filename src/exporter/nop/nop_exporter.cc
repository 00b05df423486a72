#include "src/exporter/nop/nop_exporter.h"

namespace spanhold::nop {

Status NopExporter::Start() {
  running_ = true;
  return absl::OkStatus();
}

Status NopExporter::Shutdown(Deadline /*deadline*/) {
  running_ = false;
  return absl::OkStatus();
}

void NopExporter::Consume(TraceBatch batch, LaneAccount& account) {
  if (running_) {
    account.Sent(batch);
  } else {
    account.Dropped(batch, DropReason::kShutdown);
  }
}

}  // namespace spanhold::nop
