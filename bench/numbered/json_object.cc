#include "bench/numbered/json_object.h"

#include <sys/resource.h>

#include <array>
#include <cstdio>

namespace spanhold::bench {

JsonObject& JsonObject::Add(std::string_view key, uint64_t value) {
  return AddRaw(key, std::to_string(value));
}

JsonObject& JsonObject::Add(std::string_view key, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return AddRaw(key, text.data());
}

JsonObject& JsonObject::Add(std::string_view key, std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return AddRaw(key, quoted + '"');
}

JsonObject& JsonObject::AddRaw(std::string_view key, std::string_view json) {
  members_ += members_.empty() ? "\n  \"" : ",\n  \"";
  members_.append(key).append("\": ").append(json);
  return *this;
}

double OwnCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace spanhold::bench
