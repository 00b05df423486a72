// The intake queue against a mutex: thread 0 is the worker, the others are receivers. Whoever finds
// the queue full or empty lets the others run. `items` are requests that came out. Alone on one
// thread also against a deque that nobody else sees.

#include <memory>
#include <thread>

#include <benchmark/benchmark.h>

#include "bench/micro/deque_queues.h"
#include "bench/micro/input.h"
#include "src/queue/intake_queue.h"

namespace spanhold::bench {
namespace {

const otlp::ChunkPtr& Request() {
  static const auto* const kChunk = new otlp::ChunkPtr(ChunkOf(1));
  return *kChunk;
}

template <typename Queue>
bool Offer(Queue& queue) {
  if (!queue.TryReserve(1, Request()->bytes.size())) {
    return false;
  }
  queue.Push({Request(), nullptr});
  return true;
}

template <typename Queue>
void OneThread(benchmark::State& state) {
  Queue queue{IntakeLimits{}};
  QueuedRequest request;
  for (auto iteration : state) {
    SPANHOLD_CHECK(Offer(queue));
    SPANHOLD_CHECK(queue.TryPop(request));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OneThread<PlainQueue>);
BENCHMARK(OneThread<MutexQueue>);
BENCHMARK(OneThread<IntakeQueue>);

template <typename Queue>
std::unique_ptr<Queue>& Shared() {
  static std::unique_ptr<Queue> queue;
  return queue;
}

template <typename Queue>
void SetUp(const benchmark::State& /*state*/) {
  Shared<Queue>() = std::make_unique<Queue>(IntakeLimits{});
}

template <typename Queue>
void HandOver(benchmark::State& state) {
  Queue& queue = *Shared<Queue>();
  const int producers = state.threads() - 1;
  QueuedRequest request;
  for (auto iteration : state) {
    if (state.thread_index() != 0) {
      while (!Offer(queue)) {
        std::this_thread::yield();
      }
      continue;
    }
    for (int i = 0; i < producers; ++i) {  // one of each: in the end all are out
      while (!queue.TryPop(request)) {
        std::this_thread::yield();
      }
    }
  }
  state.SetItemsProcessed(state.thread_index() == 0 ? state.iterations() * producers : 0);
}

// 1, 2, 4 and 8 producers.
void Producers(benchmark::internal::Benchmark* benchmark) {
  for (const int producers : {1, 2, 4, 8}) {
    benchmark->Threads(producers + 1);
  }
  benchmark->UseRealTime();
}
BENCHMARK(HandOver<MutexQueue>)->Setup(SetUp<MutexQueue>)->Apply(Producers);
BENCHMARK(HandOver<IntakeQueue>)->Setup(SetUp<IntakeQueue>)->Apply(Producers);

}  // namespace
}  // namespace spanhold::bench
