#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/config/fields.h"
#include "src/exporter/sending/config.h"

namespace spanhold::debug {

enum class Verbosity {
  kBasic,     // a line for each batch
  kNormal,    // and one for each span
  kDetailed,  // everything
};

// `exporters.debug`: the Collector's keys.
struct Config final : config::ComponentConfig {
  Verbosity verbosity = Verbosity::kBasic;
  int64_t sampling_initial = 2;
  int64_t sampling_thereafter = 1;
  // Ours: what a person asked to see belongs on stdout. The Collector's default is true.
  bool use_internal_logger = false;
  std::vector<std::string> output_paths = {"stdout"};
  // No retries: what cannot be shown now need not be shown later.
  sending::SendingConfig sending;

  void Describe(config::Fields& fields) override;
  std::string StorageId() const override { return sending.StorageId(); }
  std::string Destination() const override { return "stdout"; }
};

}  // namespace spanhold::debug
