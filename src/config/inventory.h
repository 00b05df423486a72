#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/fields.h"

namespace spanhold::config {

// One key of a configuration struct.
struct InventoryEntry {
  std::string path;  // "retry_on_failure.max_interval"; of a list's items: "readers[].pull"
  std::string type;  // "duration", "text", "section", ...; empty when refused
  std::string default_value;  // as YAML; empty for sections and when refused
  std::string help;
  std::string refused;  // why it is not supported; empty when it is
};

// Fields that lists the keys a configuration struct has, those of nested sections included, for
// `docs/compatibility.md` and its test.
//
// Threading: thread-compatible.
class Inventory final : public Fields {
 public:
  Inventory() = default;

  // In the order of Describe().
  const std::vector<InventoryEntry>& entries() const { return entries_; }

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
  void Check(std::string_view /*key*/, bool /*ok*/, std::string_view /*message*/) override {}

 private:
  // `print` writes the value with a Writer.
  void Add(Key key, std::string_view type, const std::function<void(Fields&)>& print);
  void AddSection(Key key, std::string_view type, std::string_view suffix,
                  const std::function<void(Fields&)>& describe);

  std::string prefix_;
  std::vector<InventoryEntry> entries_;
};

}  // namespace spanhold::config
