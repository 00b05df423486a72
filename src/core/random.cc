#include "src/core/random.h"

namespace spanhold {

double Random::Uniform() {
  const MutexLock lock(mutex_);
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine_);
}

uint64_t RandomSeed() {
  std::random_device device;
  return (uint64_t{device()} << 32U) | device();
}

}  // namespace spanhold
