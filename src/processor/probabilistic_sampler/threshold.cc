#include "src/processor/probabilistic_sampler/threshold.h"

#include <algorithm>
#include <cmath>

namespace spanhold::probabilistic_sampler {
namespace {

constexpr int kBitsOfDigit = 4;
constexpr int kDigits = 14;

// FNV-1a, 32 bits.
constexpr uint32_t kFnvOffset = 0x811c9dc5;
constexpr uint32_t kFnvPrime = 0x01000193;

constexpr uint32_t kBucketBits = 14;
constexpr uint32_t kBuckets = 1U << kBucketBits;

uint32_t FnvAppend(uint32_t hash, uint8_t byte) {
  return (hash ^ byte) * kFnvPrime;
}

// The binary exponent of a number in [0, 1]: 0 from 1/2 on, -1 from 1/4 on, ...
int Exponent(double value) {
  int exponent = 0;
  std::frexp(value, &exponent);
  return exponent;
}

// At most 14 digits, either case.
std::optional<uint64_t> ParseHex(std::string_view text) {
  uint64_t value = 0;
  for (const char c : text) {
    uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<uint32_t>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<uint32_t>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    value = value << 4U | digit;
  }
  return value;
}

}  // namespace

Threshold ThresholdOf(double probability, int precision) {
  if (probability == 1) {
    return kAlways;
  }
  // Each leading digit 0 or f of the threshold takes four bits off the exponent of the probability
  // or of its complement.
  const int leading_f = Exponent(probability) / -kBitsOfDigit;
  const int leading_0 = Exponent(1 - probability) / -kBitsOfDigit;
  const int digits = std::min(kDigits, precision + std::max(leading_f, leading_0));
  const auto scaled = static_cast<uint64_t>(std::round(probability * static_cast<double>(kNever)));
  Threshold threshold = kNever - scaled;
  const auto shift = static_cast<uint32_t>(kBitsOfDigit * (kDigits - digits));
  if (shift != 0) {
    threshold += uint64_t{1} << (shift - 1);
    threshold = threshold >> shift << shift;
  }
  return threshold;
}

double ProbabilityOf(Threshold threshold) {
  return static_cast<double>(kNever - threshold) / static_cast<double>(kNever);
}

std::string ThresholdText(Threshold threshold) {
  if (threshold == kAlways) {
    return "0";
  }
  if (threshold == kNever) {
    return "";
  }
  std::string text = RandomnessText(threshold);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::optional<Threshold> ParseThreshold(std::string_view text) {
  if (text.empty() || text.size() > kDigits) {
    return std::nullopt;
  }
  const std::optional<uint64_t> value = ParseHex(text);
  if (!value) {
    return std::nullopt;
  }
  return *value << (kBitsOfDigit * (kDigits - text.size()));
}

std::string RandomnessText(Randomness randomness) {
  std::string text(kDigits, '0');
  for (int digit = kDigits - 1; digit >= 0; --digit) {
    text[static_cast<size_t>(digit)] = "0123456789abcdef"[randomness & 0xFU];
    randomness >>= kBitsOfDigit;
  }
  return text;
}

std::optional<Randomness> ParseRandomness(std::string_view text) {
  return text.size() == kDigits ? ParseHex(text) : std::nullopt;
}

Randomness RandomnessOf(std::string_view trace_id) {
  uint64_t randomness = 0;
  for (const char c : trace_id.substr(9)) {
    randomness = randomness << 8U | static_cast<uint8_t>(c);
  }
  return randomness;
}

Randomness HashRandomness(std::string_view trace_id, uint32_t seed) {
  uint32_t hash = kFnvOffset;
  for (uint32_t shift = 0; shift < 32; shift += 8) {
    hash = FnvAppend(hash, static_cast<uint8_t>(seed >> shift));
  }
  for (const char c : trace_id) {
    hash = FnvAppend(hash, static_cast<uint8_t>(c));
  }
  const uint64_t bucket = hash & (kBuckets - 1);
  // The high 14 bits decide. The rest only looks random to others; the Collector takes the hash's
  // high 14 bits for it (of the 18 that are left) and so do we.
  const uint64_t high = hash >> (32 - kBucketBits);
  const uint64_t mixed = high ^ (high << 10U);
  return (kBuckets - 1 - bucket) << 42U | mixed << kBucketBits | bucket;
}

Threshold HashThreshold(float percentage) {
  // In float32 and truncated: that is what decides which bucket is the last one kept.
  const float scaled = std::min(percentage, 100.0F) * (kBuckets / 100.0F);
  const uint64_t kept = static_cast<uint32_t>(scaled);
  return kept == 0 ? kNever : (kBuckets - kept) << 42U;
}

}  // namespace spanhold::probabilistic_sampler
