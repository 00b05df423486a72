#pragma once

#include <cstdint>

#include "src/config/fields.h"

namespace spanhold::probabilistic_sampler {

enum class Mode { kHashSeed, kProportional, kEqualizing };

// `processors.probabilistic_sampler`: the Collector's keys for traces.
struct Config final : config::ComponentConfig {
  Mode mode = Mode::kHashSeed;
  double sampling_percentage = kRequired;  // used as a float32, as the Collector reads it
  int64_t hash_seed = 0;                   // uint32
  bool fail_closed = true;
  int64_t sampling_precision = 4;  // hex digits

  void Describe(config::Fields& fields) override;

  // Stands for a percentage that was not given.
  static constexpr double kRequired = -1;
};

}  // namespace spanhold::probabilistic_sampler
