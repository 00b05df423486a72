#include "src/core/log.h"

#include <atomic>
#include <memory>
#include <vector>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace spanhold {
namespace {

// RFC 8259 section 7: what a JSON string must escape. Bytes from 0x80 on pass through.
void AppendJsonString(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += c;
    }
  }
  out += '"';
}

// A value stands bare when a person and a log parser read it as one word.
bool NeedsQuotes(std::string_view value) {
  for (const char c : value) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=') {
      return true;
    }
  }
  return value.empty();
}

std::string TextLine(std::string_view component, std::string_view message,
                     const std::vector<LogField>& fields) {
  std::string line(component);
  line += ": ";
  line += message;
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (NeedsQuotes(field.value)) {
      AppendJsonString(line, field.value);
    } else {
      line += field.value;
    }
  }
  return line;
}

std::string JsonLine(std::string_view component, std::string_view message,
                     const std::vector<LogField>& fields) {
  std::string line = "\"component\":";
  AppendJsonString(line, component);
  line += ",\"msg\":";
  AppendJsonString(line, message);
  for (const LogField& field : fields) {
    line += ',';
    AppendJsonString(line, field.key);
    line += ':';
    AppendJsonString(line, field.value);
  }
  return line;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

struct Logger {
  Logger() { SetFormat(LogFormat::kText); }

  void SetFormat(LogFormat f) {
    format = f;
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        f == LogFormat::kJson ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                              : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
        spdlog::pattern_time_type::utc));
  }

  std::atomic<LogFormat> format;
  spdlog::logger logger{"spanhold", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

Logger& Instance() {
  static Logger instance;
  return instance;
}

void Write(LogLevel level, std::string_view component, std::string_view message,
           const std::vector<LogField>& fields) {
  Logger& instance = Instance();
  if (!instance.logger.should_log(ToSpdlog(level))) {
    return;
  }
  instance.logger.log(ToSpdlog(level), instance.format == LogFormat::kJson
                                           ? JsonLine(component, message, fields)
                                           : TextLine(component, message, fields));
}

}  // namespace

void ConfigureLog(LogLevel level, LogFormat format) {
  Instance().SetFormat(format);
  Instance().logger.set_level(ToSpdlog(level));
}

void Log(LogLevel level, std::string_view component, std::string_view message,
         std::initializer_list<LogField> fields) {
  Write(level, component, message, fields);
}

void LogLimiter::Log(LogLevel level, std::string_view component, std::string_view message,
                     std::initializer_list<LogField> fields) {
  std::vector<LogField> all(fields);
  {
    const MutexLock lock(mutex_);
    const TimePoint now = clock_.Now();
    if (logged_ && now - last_ < interval_) {
      ++suppressed_;
      return;
    }
    if (suppressed_ > 0) {
      all.emplace_back("repeated", suppressed_);
    }
    logged_ = true;
    last_ = now;
    suppressed_ = 0;
  }
  Write(level, component, message, all);
}

}  // namespace spanhold
