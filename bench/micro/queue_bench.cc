// The intake queue against the same interface over a mutex: threads 1 to N-1 produce, thread 0
// consumes, as receivers and a worker do.

#include <memory>

#include <benchmark/benchmark.h>

#include "bench/micro/mutex_queue.h"
#include "src/queue/intake_queue.h"
#include "tests/support/make_batch.h"

namespace spanhold::bench {
namespace {

template <typename Queue>
std::unique_ptr<Queue>& Shared() {
  static std::unique_ptr<Queue> queue;
  return queue;
}

template <typename Queue>
void Setup(const benchmark::State& /*state*/) {
  Shared<Queue>() = std::make_unique<Queue>(IntakeLimits{});
}

template <typename Queue>
void Teardown(const benchmark::State& /*state*/) {
  QueuedRequest request;
  while (Shared<Queue>()->TryPop(request)) {
  }
}

template <typename Queue>
void HandOver(benchmark::State& state) {
  static const otlp::ChunkPtr kChunk = MakeChunk(NumberedSpans(1));
  Queue& queue = *Shared<Queue>();
  QueuedRequest request;
  uint64_t done = 0;
  for (auto _ : state) {
    if (state.threads() > 1 && state.thread_index() == 0) {
      done += queue.TryPop(request) ? 1 : 0;
      continue;
    }
    if (queue.TryReserve(1, kChunk->bytes.size())) {
      queue.Push({kChunk, nullptr});
      ++done;
    }
    if (state.threads() == 1) {
      benchmark::DoNotOptimize(queue.TryPop(request));
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(done));
}

BENCHMARK(HandOver<IntakeQueue>)
    ->Setup(Setup<IntakeQueue>)
    ->Teardown(Teardown<IntakeQueue>)
    ->ThreadRange(1, 8)
    ->UseRealTime();
BENCHMARK(HandOver<MutexQueue>)
    ->Setup(Setup<MutexQueue>)
    ->Teardown(Teardown<MutexQueue>)
    ->ThreadRange(1, 8)
    ->UseRealTime();

}  // namespace
}  // namespace spanhold::bench
