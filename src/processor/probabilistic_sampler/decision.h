#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/processor/probabilistic_sampler/config.h"
#include "src/processor/probabilistic_sampler/span_scan.h"
#include "src/processor/probabilistic_sampler/threshold.h"
#include "src/processor/probabilistic_sampler/trace_state.h"

namespace spanhold::probabilistic_sampler {

// What a decision was made by; the names are the Collector's (PolicyName).
enum class Policy {
  kTraceIdHash,
  kTraceIdW3c,
  kSamplingRandomness,  // `rv`
  kSamplingPriority,
  kMissingRandomness,
};
inline constexpr size_t kPolicyCount = 5;
std::string_view PolicyName(Policy policy);

// Why a span could not be decided on by the rule; `fail_closed` and the priority decide then.
enum class Fault {
  kInvalidTraceState,
  kRandomnessInUse,        // hash_seed: the tracestate has `rv`
  kThresholdInUse,         // hash_seed: the tracestate has `th`
  kMissingRandomness,      // no trace id, or all zeros, and no `rv`
  kInconsistentThreshold,  // `th` says that the span was sampled out before
};
inline constexpr size_t kFaultCount = 5;
std::string_view FaultName(Fault fault);
// What a person is told about it.
std::string_view FaultMessage(Fault fault);

struct Decision {
  bool keep = false;
  Policy policy = Policy::kTraceIdHash;
  std::optional<Fault> fault;
  // What the tracestate of a kept span becomes; nothing when it stays as it is.
  std::optional<std::string> trace_state;
};

// Decides on spans bit for bit as the Collector's probabilistic_sampler (v0.160), and writes what it
// writes to the tracestate of those it keeps, in all modes.
//
// Threading: thread-compatible; immutable once made.
class Decider {
 public:
  explicit Decider(const Config& config);

  // `trace_id`: 16 bytes, or empty.
  Decision Decide(std::string_view trace_id, const SpanFacts& facts) const;

 private:
  enum class Rule { kKeepNone, kHash, kProportional, kEqualizing };
  // What is known of a span when its threshold is chosen.
  struct Arrival {
    Policy policy = Policy::kMissingRandomness;
    Randomness randomness = kKeptByAll;
    TraceState trace_state;
    // Whether the tracestate is ours to write.
    bool writable = true;
    std::optional<Fault> fault;
  };

  void Read(std::string_view trace_id, std::string_view trace_state, Arrival& arrival) const;
  void ReadForHash(std::string_view trace_id, bool valid, Arrival& arrival) const;
  void ReadForConsistent(std::string_view trace_id, bool valid, Arrival& arrival) const;
  Threshold ThresholdFor(const Arrival& arrival) const;

  Rule rule_;
  bool fail_closed_;
  uint32_t seed_;
  int precision_;
  double ratio_;
  Threshold threshold_ = kNever;  // for a span without one of its own
};

}  // namespace spanhold::probabilistic_sampler
