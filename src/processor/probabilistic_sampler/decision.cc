#include "src/processor/probabilistic_sampler/decision.h"

#include <algorithm>

namespace spanhold::probabilistic_sampler {
namespace {

// W3C calls a trace id of zeros invalid; the Collector takes it for an absent one.
bool IsAbsent(std::string_view trace_id) {
  return trace_id.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

std::string_view PolicyName(Policy policy) {
  switch (policy) {
    case Policy::kTraceIdHash:
      return "trace_id_hash";
    case Policy::kTraceIdW3c:
      return "trace_id_w3c";
    case Policy::kSamplingRandomness:
      return "sampling_randomness";
    case Policy::kSamplingPriority:
      return "sampling_priority";
    case Policy::kMissingRandomness:
      return "missing_randomness";
  }
  return "";
}

std::string_view FaultName(Fault fault) {
  switch (fault) {
    case Fault::kInvalidTraceState:
      return "invalid_tracestate";
    case Fault::kRandomnessInUse:
      return "randomness_in_use";
    case Fault::kThresholdInUse:
      return "threshold_in_use";
    case Fault::kMissingRandomness:
      return "missing_randomness";
    case Fault::kInconsistentThreshold:
      return "inconsistent_threshold";
  }
  return "";
}

std::string_view FaultMessage(Fault fault) {
  switch (fault) {
    case Fault::kInvalidTraceState:
      return "invalid tracestate";
    case Fault::kRandomnessInUse:
      return "the span has sampling randomness (rv); use mode: equalizing or proportional";
    case Fault::kThresholdInUse:
      return "the span has a sampling threshold (th); use mode: equalizing or proportional";
    case Fault::kMissingRandomness:
      return "the span has neither a trace id nor sampling randomness (rv)";
    case Fault::kInconsistentThreshold:
      return "the span has a sampling threshold (th) that should have kept it from coming here";
  }
  return "";
}

Decider::Decider(const Config& config)
    : rule_(Rule::kKeepNone),
      fail_closed_(config.fail_closed),
      seed_(static_cast<uint32_t>(config.hash_seed)),
      precision_(static_cast<int>(config.sampling_precision)),
      ratio_(0) {
  // The division is in float64, the percentage a float32.
  const float percentage = std::min(static_cast<float>(config.sampling_percentage), 100.0F);
  ratio_ = std::max(static_cast<double>(percentage) / 100, kSmallestProbability);
  if (percentage <= 0) {
    return;
  }
  if (config.mode == Mode::kHashSeed) {
    threshold_ = HashThreshold(percentage);
    rule_ = threshold_ == kNever ? Rule::kKeepNone : Rule::kHash;
    return;
  }
  threshold_ = ThresholdOf(ratio_, precision_);
  rule_ = config.mode == Mode::kEqualizing ? Rule::kEqualizing : Rule::kProportional;
}

Decision Decider::Decide(std::string_view trace_id, const SpanFacts& facts) const {
  Arrival arrival;
  Read(trace_id, facts.trace_state, arrival);
  Decision decision;
  decision.policy = arrival.policy;
  decision.fault = arrival.fault;
  Threshold threshold = kNever;
  if (!arrival.fault) {
    threshold = ThresholdFor(arrival);
  } else if (!fail_closed_) {
    threshold = kAlways;
  }
  if (facts.priority != Priority::kNone) {
    threshold = facts.priority == Priority::kKeep ? kAlways : kNever;
    decision.policy = Policy::kSamplingPriority;
  }
  decision.keep = arrival.randomness >= threshold;
  if (decision.keep && arrival.writable) {
    arrival.trace_state.RaiseThreshold(threshold);
    std::string text = arrival.trace_state.ToString();
    if (text != facts.trace_state) {
      decision.trace_state = std::move(text);
    }
  }
  return decision;
}

void Decider::Read(std::string_view trace_id, std::string_view trace_state,
                   Arrival& arrival) const {
  const bool valid = arrival.trace_state.Parse(trace_state);
  switch (rule_) {
    case Rule::kKeepNone:
      // The randomness is made up, so that nothing is missing or inconsistent. An invalid
      // tracestate is still a fault, and then fail_closed decides.
      arrival.policy = Policy::kSamplingPriority;
      if (!valid) {
        arrival.fault = Fault::kInvalidTraceState;
      }
      return;
    case Rule::kHash:
      ReadForHash(trace_id, valid, arrival);
      break;
    case Rule::kProportional:
    case Rule::kEqualizing:
      ReadForConsistent(trace_id, valid, arrival);
      break;
  }
  if (arrival.fault) {
    return;
  }
  const std::optional<Threshold> threshold = arrival.trace_state.threshold();
  if (arrival.policy == Policy::kMissingRandomness) {
    arrival.fault = Fault::kMissingRandomness;
  } else if (threshold && arrival.randomness < *threshold) {
    arrival.trace_state.ClearThreshold();
    arrival.fault = Fault::kInconsistentThreshold;
  }
}

// The hash is no randomness that other samplers know, so it must not meet theirs.
void Decider::ReadForHash(std::string_view trace_id, bool valid, Arrival& arrival) const {
  if (!IsAbsent(trace_id)) {
    arrival.policy = Policy::kTraceIdHash;
    arrival.randomness = HashRandomness(trace_id, seed_);
  }
  if (!valid) {
    arrival.fault = Fault::kInvalidTraceState;
  } else if (arrival.trace_state.randomness()) {
    arrival.fault = Fault::kRandomnessInUse;
  } else if (arrival.trace_state.threshold()) {
    arrival.fault = Fault::kThresholdInUse;
  } else {
    arrival.trace_state.SetRandomness(arrival.randomness);
  }
  arrival.writable = !arrival.fault;
}

void Decider::ReadForConsistent(std::string_view trace_id, bool valid, Arrival& arrival) const {
  if (!valid) {
    arrival.fault = Fault::kInvalidTraceState;
    arrival.writable = false;
  } else if (const std::optional<Randomness> explicit_one = arrival.trace_state.randomness()) {
    arrival.policy = Policy::kSamplingRandomness;
    arrival.randomness = *explicit_one;
  } else if (!IsAbsent(trace_id)) {
    arrival.policy = Policy::kTraceIdW3c;
    arrival.randomness = RandomnessOf(trace_id);
  }
}

Threshold Decider::ThresholdFor(const Arrival& arrival) const {
  const std::optional<Threshold> arrived = arrival.trace_state.threshold();
  if (!arrived) {
    return threshold_;
  }
  switch (rule_) {
    case Rule::kKeepNone:
    case Rule::kHash:
      return threshold_;
    case Rule::kEqualizing:
      return std::max(threshold_, *arrived);
    case Rule::kProportional: {
      const double probability = ratio_ * ProbabilityOf(*arrived);
      return probability < kSmallestProbability ? kNever : ThresholdOf(probability, precision_);
    }
  }
  return threshold_;
}

}  // namespace spanhold::probabilistic_sampler
