#include "src/net/event_loop.h"

#include <pthread.h>

#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace spanhold::net {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

TimePoint Now() {
  return SystemClock().Now();
}

TEST(EventLoopTest, RunsPostedFunctionsOnANamedThread) {
  EventLoop loop("test-loop", 2);
  loop.Start();
  std::promise<std::string> name;

  loop.Post([&] {
    char buffer[16];
    pthread_getname_np(pthread_self(), buffer, sizeof(buffer));
    name.set_value(buffer);
  });

  auto future = name.get_future();
  ASSERT_EQ(future.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(future.get(), "test-loop");
}

TEST(EventLoopTest, RunsTimersInTheOrderTheyAreDue) {
  EventLoop loop("test-loop", 1);
  std::vector<int> ran;
  std::promise<void> done;
  const TimePoint start = Now();
  loop.Schedule(start + std::chrono::milliseconds(20), [&] {
    ran.push_back(2);
    done.set_value();
  });
  loop.Schedule(start + std::chrono::milliseconds(10), [&] { ran.push_back(1); });

  loop.Start();

  ASSERT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(ran, (std::vector<int>{1, 2}));
  EXPECT_GE(Now(), start + std::chrono::milliseconds(20));
}

TEST(EventLoopTest, ATimerFromAnotherThreadWakesALoopThatWaitsForALaterOne) {
  EventLoop loop("test-loop", 1);
  loop.Start();
  loop.Schedule(Now() + std::chrono::hours(1), [] { FAIL(); });
  std::promise<void> done;

  loop.Schedule(Now(), [&] { done.set_value(); });

  EXPECT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST(EventLoopTest, DoesNotRunACancelledTimerAndRunsTheNextOne) {
  EventLoop loop("test-loop", 1);
  std::promise<void> done;
  const TimerId id = loop.Schedule(Now(), [] { FAIL(); });
  loop.Schedule(Now() + std::chrono::milliseconds(1), [&] { done.set_value(); });

  loop.Cancel(id);
  loop.Start();

  EXPECT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST(EventLoopTest, ACallbackMaySchedule) {
  EventLoop loop("test-loop", 1);
  loop.Start();
  std::promise<void> done;

  loop.Schedule(Now(), [&] { loop.Schedule(Now(), [&] { done.set_value(); }); });

  EXPECT_EQ(done.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST(EventLoopTest, StopsASecondTimeAndWithoutStart) {
  EventLoop loop("test-loop", 1);
  loop.Stop();
  loop.Stop();
}

TEST(EventLoopTest, WhatIsQueuedDoesNotRunAfterStop) {
  bool ran = false;
  EventLoop loop("test-loop", 1);
  loop.Post([&] { ran = true; });

  loop.Stop();
  loop.Start();
  loop.Stop();

  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace spanhold::net
