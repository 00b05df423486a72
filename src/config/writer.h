#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/fields.h"

namespace spanhold::config {

// `text` as a YAML scalar that the loader reads back as it is: bare where that is safe, else in
// double quotes; "$" is doubled.
std::string YamlText(std::string_view text);

// Fields that prints a configuration as YAML. Secrets are masked as [REDACTED].
//
// Threading: thread-compatible.
class Writer final : public Fields {
 public:
  enum class Style {
    kEffective,  // what is in force: no comments, no optional section that is absent
    kReference,  // every key, its meaning above it; absent list items as a comment
  };

  // Starts `indent` levels in.
  Writer(Style style, int indent) : style_(style), indent_(indent) {}

  // What was described, each line with its line end; empty when nothing was.
  const std::string& text() const { return out_; }

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
  void Refused(Key /*key*/, std::string_view /*why*/) override {}
  void Check(std::string_view /*key*/, bool /*ok*/, std::string_view /*message*/) override {}

 private:
  std::string Indent() const { return std::string(2 * static_cast<size_t>(indent_), ' '); }
  void Help(Key key, const std::string& more = "");
  void Line(Key key, std::string_view value);
  void Map(Key key, const std::function<void(Fields&)>& describe);
  std::string Item(const std::function<void(Fields&, size_t)>& describe, size_t index) const;

  const Style style_;
  const int indent_;
  std::string out_;
};

}  // namespace spanhold::config
