#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/fields.h"
#include "src/config/node.h"
#include "src/config/report.h"

namespace spanhold::config {

// "exporters.otlp" and "timeout" to "exporters.otlp.timeout".
std::string JoinPath(std::string_view path, std::string_view key);

// Fields that takes the values out of a YAML map and reports every key that is unknown, has the
// wrong type or breaks a rule. A value with an error stays at its default.
//
// Threading: thread-compatible. Ownership: node and report must outlive it, and so must the names of
// the keys, which are literals.
class Reader final : public Fields {
 public:
  // Describes `node` and then reports the keys that `describe` did not ask for. A null node is an
  // empty map. `where` is the place of the key that holds the map, `path` its name.
  static void Read(const Node& node, const Position& where, const std::string& path, Report& report,
                   const std::function<void(Reader&)>& describe);

  void Bool(Key key, bool& value) override;
  void Int(Key key, int64_t& value, int64_t min, int64_t max) override;
  void Double(Key key, double& value, double min, double max) override;
  void String(Key key, std::string& value) override;
  void Secret(Key key, std::string& value) override;
  void Time(Key key, Duration& value) override;
  void Size(Key key, uint64_t& value) override;
  void Strings(Key key, std::vector<std::string>& value) override;
  void SecretMap(Key key, std::map<std::string, std::string>& value) override;
  void OneOf(Key key, int& value, const std::vector<Choice>& choices) override;
  void Section(Key key, const std::function<void(Fields&)>& describe) override;
  void OptionalSection(Key key, bool& present,
                       const std::function<void(Fields&)>& describe) override;
  void SectionList(Key key, size_t size, const std::function<void(size_t)>& resize,
                   const std::function<void(Fields&, size_t)>& describe) override;
  void Refused(Key key, std::string_view why) override;
  void Check(std::string_view key, bool ok, std::string_view message) override;

  // A key that the caller reads itself, or null when it is absent or has no value because of an
  // error that is reported already.
  const NodeEntry* Take(std::string_view key);

 private:
  Reader(const Node& node, const Position& where, const std::string& path, Report& report)
      : node_(node), where_(where), path_(path), report_(report) {}

  // The value of `key`; null when it is absent or null.
  const Node* Value(std::string_view key);
  // Says that `node`, the value of `key`, is not `wanted`.
  void Mistyped(std::string_view key, const Node& node, std::string_view wanted);
  void Wrong(std::string_view key, const Position& where, std::string_view message);
  void ReadHeader(std::string_view key, const Node& item, size_t index,
                  std::map<std::string, std::string>& value);
  void ReportUnknownKeys() const;

  const Node& node_;
  const Position& where_;
  const std::string& path_;
  Report& report_;
  std::vector<std::string_view> known_;  // in the order of Describe()
  std::set<std::string_view> refused_;
  std::set<std::string_view> wrong_;  // keys with an error of their own
};

}  // namespace spanhold::config
