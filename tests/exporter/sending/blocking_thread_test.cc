#include "src/exporter/sending/blocking_thread.h"

#include <pthread.h>

#include <array>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"

namespace spanhold::sending {
namespace {

TEST(BlockingThreadTest, RunsTasksInTheOrderTheyWerePosted) {
  const SystemClock clock;
  BlockingThread thread("test", clock);
  thread.Start();
  std::vector<int> order;

  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(thread.Post([&order, i] { order.push_back(i); }));
  }
  thread.Stop();

  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(order[static_cast<size_t>(i)], i);
  }
}

TEST(BlockingThreadTest, RunsTasksOnAThreadOfItsName) {
  const SystemClock clock;
  BlockingThread thread("some-name", clock);
  thread.Start();
  std::promise<std::string> name;

  ASSERT_TRUE(thread.Post([&name] {
    std::array<char, 16> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    name.set_value(text.data());
  }));

  EXPECT_EQ(name.get_future().get(), "some-name");
  thread.Stop();
}

TEST(BlockingThreadTest, TakesTasksFromAnyThread) {
  const SystemClock clock;
  BlockingThread thread("test", clock);
  thread.Start();
  int count = 0;
  std::vector<std::thread> threads;

  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        EXPECT_TRUE(thread.Post([&count] { ++count; }));
      }
    });
  }
  for (std::thread& each : threads) {
    each.join();
  }
  thread.Stop();

  EXPECT_EQ(count, 4000);
}

TEST(BlockingThreadTest, RefusesTasksBeforeStartAndAfterStop) {
  const SystemClock clock;
  BlockingThread thread("test", clock);

  EXPECT_FALSE(thread.Post([] { FAIL(); }));
  thread.Start();
  thread.Stop();
  EXPECT_FALSE(thread.Post([] { FAIL(); }));
}

TEST(BlockingThreadTest, StopIsSafeWithoutStartAndASecondTime) {
  const SystemClock clock;
  BlockingThread thread("test", clock);

  thread.Stop();
  thread.Start();
  thread.Stop();
  thread.Stop();
}

TEST(BlockingThreadTest, RunsATimerWhenItIsDueThoughNothingIsPosted) {
  const SystemClock clock;
  BlockingThread thread("test", clock);
  thread.Start();
  std::promise<TimePoint> ran;
  const TimePoint due = clock.Now() + std::chrono::milliseconds(1);

  ASSERT_TRUE(
      thread.Post([&] { thread.timers().Schedule(due, [&] { ran.set_value(clock.Now()); }); }));

  EXPECT_GE(ran.get_future().get(), due);
  thread.Stop();
}

TEST(BlockingThreadTest, RunsDueTimersBetweenTasksThatKeepComing) {
  ManualClock clock;
  BlockingThread thread("test", clock);
  thread.Start();
  std::promise<void> ran;
  bool over = false;
  // Each task posts the next one, until the timer has run.
  std::function<void()> go_on = [&] {
    clock.Advance(std::chrono::milliseconds(1));
    if (!over) {
      ASSERT_TRUE(thread.Post(go_on));
    }
  };

  ASSERT_TRUE(thread.Post([&] {
    thread.timers().Schedule(clock.Now() + std::chrono::seconds(1), [&] {
      over = true;
      ran.set_value();
    });
    go_on();
  }));

  ran.get_future().get();
  thread.Stop();
}

TEST(BlockingThreadTest, StopDropsTimersThatAreNotDue) {
  const SystemClock clock;
  BlockingThread thread("test", clock);
  thread.Start();

  ASSERT_TRUE(thread.Post(
      [&] { thread.timers().Schedule(clock.Now() + std::chrono::hours(1), [] { FAIL(); }); }));

  thread.Stop();
}

}  // namespace
}  // namespace spanhold::sending
