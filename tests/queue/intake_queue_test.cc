#include "src/queue/intake_queue.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/make_batch.h"

namespace spanhold {
namespace {

TEST(IntakeQueueTest, IsFullAtItsSpanLimit) {
  IntakeQueue queue({.spans = 10, .bytes = 1000});

  EXPECT_TRUE(queue.TryReserve(6, 1));
  EXPECT_FALSE(queue.TryReserve(5, 1));
  EXPECT_TRUE(queue.TryReserve(4, 1));
}

TEST(IntakeQueueTest, IsFullAtItsByteLimit) {
  IntakeQueue queue({.spans = 10, .bytes = 1000});

  EXPECT_TRUE(queue.TryReserve(1, 900));
  EXPECT_FALSE(queue.TryReserve(1, 101));

  EXPECT_EQ(queue.spans(), 1U);
}

TEST(IntakeQueueTest, TakesALargerRequestWhenEmpty) {
  IntakeQueue queue({.spans = 10, .bytes = 1000});

  EXPECT_TRUE(queue.TryReserve(50, 5000));
  EXPECT_FALSE(queue.TryReserve(1, 1));
}

TEST(IntakeQueueTest, APlaceIsFreeWhenTheRequestIsTakenOut) {
  IntakeQueue queue({.spans = 2, .bytes = 100000});
  const otlp::ChunkPtr chunk = MakeChunk(NumberedSpans(2));
  ASSERT_TRUE(queue.TryReserve(2, chunk->bytes.size()));
  queue.Push({chunk, nullptr});

  QueuedRequest request;
  EXPECT_FALSE(queue.TryReserve(1, 1));
  ASSERT_TRUE(queue.TryPop(request));

  EXPECT_EQ(request.chunk, chunk);
  EXPECT_EQ(queue.spans(), 0U);
  EXPECT_EQ(queue.bytes(), 0U);
  EXPECT_FALSE(queue.TryPop(request));
}

TEST(IntakeQueueTest, LosesNothingUnderConcurrentProducersAndConsumers) {
  constexpr uint64_t kProducers = 3;
  constexpr uint64_t kPerProducer = 5000;
  IntakeQueue queue({.spans = 64, .bytes = uint64_t{1} << 30});
  const otlp::ChunkPtr chunk = MakeChunk(NumberedSpans(1));
  std::atomic<uint64_t> refused{0};
  std::atomic<uint64_t> taken{0};
  std::atomic<uint64_t> producing{kProducers};
  std::vector<std::thread> threads;

  for (uint64_t p = 0; p < kProducers; ++p) {
    threads.emplace_back([&] {
      for (uint64_t i = 0; i < kPerProducer; ++i) {
        if (queue.TryReserve(1, chunk->bytes.size())) {
          queue.Push({chunk, nullptr});
        } else {
          ++refused;
        }
        EXPECT_LE(queue.spans(), 64U);
      }
      --producing;
    });
  }
  for (int c = 0; c < 2; ++c) {
    threads.emplace_back([&] {
      QueuedRequest request;
      while (producing > 0 || queue.spans() > 0) {
        if (queue.TryPop(request)) {
          ++taken;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(taken + refused, kProducers * kPerProducer);
  EXPECT_EQ(queue.bytes(), 0U);
}

}  // namespace
}  // namespace spanhold
