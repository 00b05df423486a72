#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The arithmetic of OpenTelemetry's consistent probability sampling
// (opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling) and of the Collector's
// hash, bit for bit as the Collector's pkg/sampling and probabilistic_sampler do it. All functions
// are pure.
namespace spanhold::probabilistic_sampler {

// In [0, 2^56). A span is kept when its randomness is not below the threshold.
using Randomness = uint64_t;

// In [0, 2^56]: which part of all randomness is rejected.
using Threshold = uint64_t;

inline constexpr Threshold kAlways = 0;
inline constexpr Threshold kNever = uint64_t{1} << 56U;
inline constexpr Randomness kKeptByAll = kNever - 1;

inline constexpr double kSmallestProbability = 1.0 / static_cast<double>(kNever);

// Of a probability in [kSmallestProbability, 1], to `precision` hex digits (1 to 14) after those
// that are all 0 or all f.
Threshold ThresholdOf(double probability, int precision);

// What ThresholdOf() was made from, as far as the threshold still says it.
double ProbabilityOf(Threshold threshold);

// The value of `th` in a tracestate: hex digits without the zeros at their end. Empty for kNever.
std::string ThresholdText(Threshold threshold);
std::optional<Threshold> ParseThreshold(std::string_view text);

// The value of `rv`: 14 hex digits.
std::string RandomnessText(Randomness randomness);
std::optional<Randomness> ParseRandomness(std::string_view text);

// The low 56 bits of a trace id of 16 bytes.
Randomness RandomnessOf(std::string_view trace_id);

// Randomness from a 32-bit hash of a trace id of 16 bytes. Only its high 14 bits decide; they are
// the complement of the hash's low 14.
Randomness HashRandomness(std::string_view trace_id, uint32_t seed);

// The threshold for HashRandomness(): a share of 2^14 buckets, kNever when it is less than one.
Threshold HashThreshold(float percentage);

}  // namespace spanhold::probabilistic_sampler
