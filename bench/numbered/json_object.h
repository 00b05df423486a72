#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spanhold::bench {

// A flat JSON object, one key a line.
//
// Threading: thread-compatible.
class JsonObject {
 public:
  JsonObject& Add(std::string_view key, uint64_t value);
  JsonObject& Add(std::string_view key, double value);
  JsonObject& Add(std::string_view key, std::string_view text);
  // `json` is a value as it is to be written.
  JsonObject& AddRaw(std::string_view key, std::string_view json);

  std::string Text() const { return "{" + members_ + "\n}\n"; }

 private:
  std::string members_;
};

// User and system time that this process has used, in seconds: a load generator or a sink is to
// cost less than what it measures.
double OwnCpuSeconds();

}  // namespace spanhold::bench
