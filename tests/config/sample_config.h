#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "src/config/fields.h"

namespace spanhold::config {

struct SampleItem {
  std::string host = "localhost";
  int64_t port = 8888;

  void Describe(Fields& fields) {
    fields.String({"host", "name or address"}, host);
    fields.Int({"port", "TCP port"}, port, 1, 65535);
  }
};

// A configuration with a key of every type.
struct SampleConfig {
  enum class Mode { kFast, kSafe };

  bool enabled = true;
  int64_t count = 10;
  int64_t offset = 0;
  double ratio = 0.5;
  std::string name = "otlp";
  std::string token;
  Duration timeout = std::chrono::seconds(5);
  uint64_t max_size = 64 << 20;
  std::vector<std::string> words = {"a", "b c"};
  std::map<std::string, std::string> headers;
  Mode mode = Mode::kFast;
  Duration retry_interval = std::chrono::milliseconds(200);
  bool has_rotation = false;
  int64_t max_backups = 100;
  std::vector<SampleItem> items;

  void Describe(Fields& fields) {
    fields.Bool({"enabled", "whether it runs"}, enabled);
    fields.Int({"count", "how many"}, count, 1, 100);
    fields.Int({"offset", ""}, offset, std::numeric_limits<int64_t>::min(),
               std::numeric_limits<int64_t>::max());
    fields.Double({"ratio", "part of the whole"}, ratio, 0, 1);
    fields.String({"name", "what it is called"}, name);
    fields.Secret({"token", "what lets it in"}, token);
    fields.Time({"timeout", "longest wait"}, timeout);
    fields.Size({"max_size", "largest piece"}, max_size);
    fields.Strings({"words", "some words"}, words);
    fields.SecretMap({"headers", "sent along"}, headers);
    OneOf(fields, {"mode", "how"}, mode,
          {{"fast", static_cast<int>(Mode::kFast)}, {"safe", static_cast<int>(Mode::kSafe)}});
    fields.Section({"retry", "when it fails"}, [&](Fields& retry) {
      retry.Time({"interval", "first wait"}, retry_interval);
      retry.Check("interval", retry_interval > Duration::zero(), "must be positive");
    });
    fields.OptionalSection({"rotation", "new files"}, has_rotation, [&](Fields& rotation) {
      rotation.Int({"max_backups", "files kept"}, max_backups, 1, 1000);
    });
    Sections(fields, {"items", "places"}, items);
    fields.Refused({"storage", ""}, "there is no storage; remove it");
    fields.Check("name", !name.empty(), "is required");
    fields.Check("", count <= 50 || mode == Mode::kSafe, "more than 50 need mode: safe");
  }
};

}  // namespace spanhold::config
