#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "src/core/clock.h"
#include "src/core/mutex.h"
#include "src/core/status.h"

namespace spanhold {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

// One `key=value` of a log line.
struct LogField {
  LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const Status& v) : key(k), value(MessageOf(v)) {}
  template <std::integral T>
  LogField(std::string_view k, T v) : key(k), value(std::to_string(v)) {}

  std::string_view key;
  std::string value;
};

// Sets what is written to stderr from now on; text at level info until called. Thread-safe.
void ConfigureLog(LogLevel level, LogFormat format);

// Writes one line, an event: who (`component`, an id of the configuration or a part's name), what
// happened, and the facts beside it. Thread-safe.
void Log(LogLevel level, std::string_view component, std::string_view message,
         std::initializer_list<LogField> fields = {});

// Lets one line through per interval and counts the others into its `repeated` field: for
// anything that a peer can cause again and again.
//
// Threading: thread-safe. `clock` must outlive it.
class LogLimiter {
 public:
  // 60 s: often enough to see that it goes on, seldom enough for a full disk of logs.
  explicit LogLimiter(const Clock& clock, Duration interval = std::chrono::seconds(60))
      : clock_(clock), interval_(interval) {}

  void Log(LogLevel level, std::string_view component, std::string_view message,
           std::initializer_list<LogField> fields = {});

 private:
  const Clock& clock_;
  const Duration interval_;
  Mutex mutex_;
  bool logged_ SPANHOLD_GUARDED_BY(mutex_) = false;
  TimePoint last_ SPANHOLD_GUARDED_BY(mutex_);
  uint64_t suppressed_ SPANHOLD_GUARDED_BY(mutex_) = 0;
};

}  // namespace spanhold
