#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/config/endpoint.h"
#include "src/core/clock.h"

namespace spanhold::config {

// A key of the configuration and one line for a person: what it means, with its unit.
struct Key {
  std::string_view name;
  std::string_view help;
};

// One word of an enumeration and its value.
struct Choice {
  std::string_view word;
  int value = 0;
};

// A description of one mapping of the configuration: which keys it has, of which type, and where
// their values live. Each configuration struct writes it once, in Describe(Fields&), and it serves
// for everything: reading YAML (an unknown or mistyped key is an error with file, line, path and
// nearest key), `print-config`, config/reference.yaml, and docs/compatibility.md.
//
// A member's value before Describe() is the key's default. A key that is absent changes nothing; a
// null value means the same.
//
// Threading: thread-compatible.
class Fields {
 public:
  virtual ~Fields() = default;

  virtual void Bool(Key key, bool& value) = 0;
  virtual void Int(Key key, int64_t& value, int64_t min, int64_t max) = 0;
  virtual void Double(Key key, double& value, double min, double max) = 0;
  virtual void String(Key key, std::string& value) = 0;
  // As String(); print-config masks it.
  virtual void Secret(Key key, std::string& value) = 0;
  // A Go duration: "300ms", "1.5h", "2m30s". Negative values are refused.
  virtual void Time(Key key, Duration& value) = 0;
  // Bytes: a number, or one with a unit: "64MiB", "10KB".
  virtual void Size(Key key, uint64_t& value) = 0;
  virtual void Strings(Key key, std::vector<std::string>& value) = 0;
  // A mapping of strings to strings, any key allowed; print-config masks the values.
  virtual void SecretMap(Key key, std::map<std::string, std::string>& value) = 0;
  // One of `choices`, in any case. Of two words with one value the first is printed.
  virtual void OneOf(Key key, int& value, const std::vector<Choice>& choices) = 0;

  // A nested mapping with keys of its own, described by `describe`.
  virtual void Section(Key key, const std::function<void(Fields&)>& describe) = 0;
  // As Section(), for one that means something by being there, even if empty or null: `present`
  // is set to whether it is.
  virtual void OptionalSection(Key key, bool& present,
                               const std::function<void(Fields&)>& describe) = 0;

  // A list of mappings, each described by `describe`, which gets the index of one. `resize` is
  // called before, with the list's length; `size` is the length now.
  virtual void SectionList(Key key, size_t size, const std::function<void(size_t)>& resize,
                           const std::function<void(Fields&, size_t)>& describe) = 0;

  // A key that the Collector knows and Spanhold does not do: an error that says `why` and what to
  // use instead, unless its value asks for nothing (null, false, "", []).
  virtual void Refused(Key key, std::string_view why) = 0;

  // After the keys: reports `message` at `key` (or, when it is absent, at the mapping) unless `ok`.
  // Does nothing when the values were not read from a file.
  virtual void Check(std::string_view key, bool ok, std::string_view message) = 0;
};

// OneOf() for an enumeration type.
template <typename E>
void OneOf(Fields& fields, Key key, E& value, const std::vector<Choice>& choices) {
  int chosen = static_cast<int>(value);
  fields.OneOf(key, chosen, choices);
  value = static_cast<E>(chosen);
}

// SectionList() for a vector of structs with a Describe().
template <typename T>
void Sections(Fields& fields, Key key, std::vector<T>& items) {
  fields.SectionList(
      key, items.size(), [&](size_t size) { items.assign(size, T{}); },
      [&](Fields& nested, size_t index) { items[index].Describe(nested); });
}

// An address that a component listens on or sends to, and the key that names it, relative to the
// component: "protocols.grpc.endpoint". The port is never 0 where the component knows a default.
struct EndpointUse {
  std::string key;
  Endpoint endpoint;
};

// What the configuration of one component (`receivers.otlp`, `exporters.jaeger/eu`, ...) is read
// into.
class ComponentConfig {
 public:
  virtual ~ComponentConfig() = default;
  virtual void Describe(Fields& fields) = 0;

  // For the checks across components: no port is used twice, and no exporter sends to a listener of
  // this daemon. Asked only after Describe() found no error.
  virtual std::vector<EndpointUse> ListenEndpoints() const { return {}; }
  virtual std::vector<EndpointUse> SendEndpoints() const { return {}; }

  // An exporter's storage extension, at "sending_queue.storage"; "": it has none.
  virtual std::string StorageId() const { return ""; }
  // Of an extension: whether it can be one.
  virtual bool IsStorage() const { return false; }

  // Where an exporter's spans go, for the log.
  virtual std::string Destination() const {
    const std::vector<EndpointUse> uses = SendEndpoints();
    return uses.empty() ? "nowhere" : uses.front().endpoint.Authority();
  }
};

}  // namespace spanhold::config
