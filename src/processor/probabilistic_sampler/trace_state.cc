#include "src/processor/probabilistic_sampler/trace_state.h"

#include <algorithm>

namespace spanhold::probabilistic_sampler {
namespace {

constexpr size_t kMaxLength = 1024;
constexpr int kMaxMembers = 31;
constexpr size_t kMaxKeyLength = 256;
constexpr size_t kMaxTenantLength = 241;
constexpr size_t kMaxSystemLength = 14;
constexpr size_t kMaxValueLength = 256;
constexpr size_t kMaxOtLength = 256;

bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLowerOrDigit(char c) {
  return IsLower(c) || IsDigit(c);
}

bool IsKeyChar(char c) {
  return IsLowerOrDigit(c) || c == '_' || c == '-' || c == '*' || c == '/';
}

// Printable ASCII but for the separators.
bool IsValueChar(char c) {
  return c >= 0x20 && c <= 0x7E && c != ',' && c != '=';
}

bool IsOtValueChar(char c) {
  return IsLowerOrDigit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

template <typename Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool IsSimpleKey(std::string_view key) {
  return !key.empty() && IsLower(key[0]) && All(key, IsKeyChar);
}

bool IsTenant(std::string_view tenant) {
  return !tenant.empty() && IsLowerOrDigit(tenant[0]) && All(tenant, IsKeyChar);
}

bool IsKey(std::string_view key) {
  const size_t at = key.find('@');
  return at == std::string_view::npos
             ? IsSimpleKey(key)
             : IsTenant(key.substr(0, at)) && IsSimpleKey(key.substr(at + 1));
}

bool IsKeyShortEnough(std::string_view key) {
  const size_t at = key.find('@');
  return key.size() <= kMaxKeyLength &&
         (at == std::string_view::npos ||
          (at <= kMaxTenantLength && key.size() - at - 1 <= kMaxSystemLength));
}

bool IsValue(std::string_view value) {
  return !value.empty() && value.size() <= kMaxValueLength && value.back() != ' ' &&
         All(value, IsValueChar);
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Takes the text up to `separator`, or all of it, off the front of `rest`.
std::string_view TakeUntil(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return taken;
}

struct Pair {
  std::string_view key;
  std::string_view value;
};

std::optional<Pair> Split(std::string_view text, char separator) {
  const size_t at = text.find(separator);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  return Pair{text.substr(0, at), text.substr(at + 1)};
}

bool IsTraceState(std::string_view text) {
  while (!text.empty()) {
    const std::string_view member = Trim(TakeUntil(text, ','));
    if (member.empty()) {
      continue;
    }
    const std::optional<Pair> pair = Split(member, '=');
    if (!pair || !IsKey(pair->key) || !IsValue(pair->value)) {
      return false;
    }
  }
  return true;
}

bool IsOt(std::string_view text) {
  if (text.empty() || text.back() == ';') {
    return false;
  }
  while (!text.empty()) {
    const std::optional<Pair> pair = Split(TakeUntil(text, ';'), ':');
    if (!pair || pair->key.empty() || !IsLower(pair->key[0]) || !All(pair->key, IsLowerOrDigit) ||
        !All(pair->value, IsOtValueChar)) {
      return false;
    }
  }
  return true;
}

// Writes `key`, `equals`, `value`, after `separator` if something stands before it.
void Append(std::string& out, size_t begin, char separator, std::string_view key, char equals,
            std::string_view value) {
  if (out.size() != begin) {
    out += separator;
  }
  out += key;
  out += equals;
  out += value;
}

}  // namespace

bool TraceState::Parse(std::string_view text) {
  if (text.empty()) {
    return true;
  }
  if (text.size() > kMaxLength || !IsTraceState(text)) {
    return false;
  }
  bool ok = true;
  for (int members = 1; !text.empty(); ++members) {
    if (members > kMaxMembers) {  // empty ones count
      return false;
    }
    if (const std::optional<Pair> pair = Split(Trim(TakeUntil(text, ',')), '=')) {
      ok = ParseMember(pair->key, pair->value) && ok;
    }
  }
  return ok;
}

bool TraceState::ParseMember(std::string_view key, std::string_view value) {
  if (!IsKeyShortEnough(key)) {
    return false;
  }
  if (key == "ot") {
    return ParseOt(value);
  }
  others_.emplace_back(key, value);
  return true;
}

// Of several `ot` members the last one counts.
bool TraceState::ParseOt(std::string_view text) {
  randomness_.reset();
  threshold_.reset();
  ot_others_.clear();
  if (text.size() > kMaxOtLength || !IsOt(text)) {
    return false;
  }
  bool ok = true;
  while (!text.empty()) {
    if (const std::optional<Pair> pair = Split(TakeUntil(text, ';'), ':')) {
      ok = ParseOtItem(pair->key, pair->value) && ok;
    }
  }
  return ok;
}

bool TraceState::ParseOtItem(std::string_view key, std::string_view value) {
  if (key == "rv") {
    randomness_ = ParseRandomness(value);
    arrived_randomness_ = value;
    return randomness_.has_value();
  }
  if (key == "th") {
    threshold_ = ParseThreshold(value);
    arrived_threshold_ = value;
    return threshold_.has_value();
  }
  ot_others_.emplace_back(key, value);
  return true;
}

void TraceState::SetRandomness(Randomness randomness) {
  randomness_ = randomness;
  arrived_randomness_ = {};
}

void TraceState::ClearThreshold() {
  threshold_.reset();
}

void TraceState::RaiseThreshold(Threshold threshold) {
  if (threshold_ && *threshold_ > threshold) {
    return;
  }
  threshold_ = threshold;
  arrived_threshold_ = {};
}

std::string TraceState::ToString() const {
  std::string text;
  if (randomness_ || threshold_ || !ot_others_.empty()) {
    text = "ot=";
    const size_t begin = text.size();
    if (randomness_) {
      Append(text, begin, ';', "rv", ':',
             arrived_randomness_.empty() ? RandomnessText(*randomness_)
                                         : std::string(arrived_randomness_));
    }
    if (threshold_) {
      Append(text, begin, ';', "th", ':',
             arrived_threshold_.empty() ? ThresholdText(*threshold_)
                                        : std::string(arrived_threshold_));
    }
    for (const auto& [key, value] : ot_others_) {
      Append(text, begin, ';', key, ':', value);
    }
  }
  for (const auto& [key, value] : others_) {
    Append(text, 0, ',', key, '=', value);
  }
  return text;
}

}  // namespace spanhold::probabilistic_sampler
