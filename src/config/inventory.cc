#include "src/config/inventory.h"

#include "src/config/reader.h"
#include "src/config/writer.h"

namespace spanhold::config {

void Inventory::Add(Key key, std::string_view type, const std::function<void(Fields&)>& print) {
  Writer writer(Writer::Style::kEffective, 0);
  print(writer);
  // "key: value\n"
  std::string value = writer.text().substr(writer.text().find(": ") + 2);
  value.pop_back();
  entries_.push_back(
      {JoinPath(prefix_, key.name), std::string(type), value, std::string(key.help), ""});
}

void Inventory::AddSection(Key key, std::string_view type, std::string_view suffix,
                           const std::function<void(Fields&)>& describe) {
  const std::string outer = prefix_;
  prefix_ = JoinPath(prefix_, key.name);
  entries_.push_back({prefix_, std::string(type), "", std::string(key.help), ""});
  prefix_ += suffix;
  describe(*this);
  prefix_ = outer;
}

void Inventory::Bool(Key key, bool& value) {
  Add(key, "true or false", [&](Fields& fields) { fields.Bool(key, value); });
}

void Inventory::Int(Key key, int64_t& value, int64_t min, int64_t max) {
  Add(key, "whole number", [&](Fields& fields) { fields.Int(key, value, min, max); });
}

void Inventory::Double(Key key, double& value, double min, double max) {
  Add(key, "number", [&](Fields& fields) { fields.Double(key, value, min, max); });
}

void Inventory::String(Key key, std::string& value) {
  Add(key, "text", [&](Fields& fields) { fields.String(key, value); });
}

void Inventory::Secret(Key key, std::string& value) {
  Add(key, "secret text", [&](Fields& fields) { fields.Secret(key, value); });
}

void Inventory::Time(Key key, Duration& value) {
  Add(key, "duration", [&](Fields& fields) { fields.Time(key, value); });
}

void Inventory::Size(Key key, uint64_t& value) {
  Add(key, "size", [&](Fields& fields) { fields.Size(key, value); });
}

void Inventory::Strings(Key key, std::vector<std::string>& value) {
  Add(key, "list of texts", [&](Fields& fields) { fields.Strings(key, value); });
}

void Inventory::SecretMap(Key key, std::map<std::string, std::string>& /*value*/) {
  std::map<std::string, std::string> empty;
  Add(key, "map of texts", [&](Fields& fields) { fields.SecretMap(key, empty); });
}

void Inventory::OneOf(Key key, int& value, const std::vector<Choice>& choices) {
  std::string words;
  for (const Choice& choice : choices) {
    words += words.empty() || choice.word.empty() ? "" : ", ";
    words += choice.word;
  }
  Add(key, words, [&](Fields& fields) { fields.OneOf(key, value, choices); });
}

void Inventory::Section(Key key, const std::function<void(Fields&)>& describe) {
  AddSection(key, "section", "", describe);
}

void Inventory::OptionalSection(Key key, bool& /*present*/,
                                const std::function<void(Fields&)>& describe) {
  AddSection(key, "optional section", "", describe);
}

void Inventory::SectionList(Key key, size_t size, const std::function<void(size_t)>& resize,
                            const std::function<void(Fields&, size_t)>& describe) {
  if (size == 0) {
    resize(1);
  }
  AddSection(key, "list of sections", "[]", [&](Fields& fields) { describe(fields, 0); });
  resize(size);
}

void Inventory::Refused(Key key, std::string_view why) {
  entries_.push_back(
      {JoinPath(prefix_, key.name), "", "", std::string(key.help), std::string(why)});
}

}  // namespace spanhold::config
