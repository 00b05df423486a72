#include "src/rpc/grpc_loop.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace spanhold::rpc {
namespace {

TEST(GrpcLoopTest, RunsWhatIsPostedOnItsThread) {
  const SystemClock clock;
  GrpcLoop loop(clock);
  loop.Start();
  std::promise<std::thread::id> thread;

  loop.Post([&] { thread.set_value(std::this_thread::get_id()); });

  EXPECT_NE(thread.get_future().get(), std::this_thread::get_id());
  loop.Stop();
}

TEST(GrpcLoopTest, RunsWhatWasPostedBeforeItStops) {
  constexpr int kThreads = 4;
  constexpr int kEach = 250;
  const SystemClock clock;
  GrpcLoop loop(clock);
  std::atomic<int> run = 0;
  loop.Start();

  std::vector<std::thread> posters;
  for (int i = 0; i < kThreads; ++i) {
    posters.emplace_back([&] {
      for (int j = 0; j < kEach; ++j) {
        loop.Post([&] { ++run; });
      }
    });
  }
  for (std::thread& poster : posters) {
    poster.join();
  }
  loop.Stop();

  EXPECT_EQ(run, kThreads * kEach);
}

TEST(GrpcLoopTest, RunsTimersInTheOrderTheyAreDue) {
  const SystemClock clock;
  GrpcLoop loop(clock);
  loop.Start();
  std::vector<int> order;
  std::promise<void> both;

  loop.Post([&] {
    loop.timers().Schedule(clock.Now() + std::chrono::milliseconds(2), [&] {
      order.push_back(2);
      both.set_value();
    });
    loop.timers().Schedule(clock.Now() + std::chrono::milliseconds(1), [&] { order.push_back(1); });
  });

  both.get_future().wait();
  EXPECT_EQ(order, std::vector<int>({1, 2}));
  loop.Stop();
}

TEST(GrpcLoopTest, StopsWithoutStart) {
  const SystemClock clock;
  GrpcLoop loop(clock);

  loop.Stop();
}

}  // namespace
}  // namespace spanhold::rpc
