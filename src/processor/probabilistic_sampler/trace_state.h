#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/container/inlined_vector.h>

#include "src/processor/probabilistic_sampler/threshold.h"

namespace spanhold::probabilistic_sampler {

// A W3C tracestate (www.w3.org/TR/trace-context-1, section 3.3) and the sampling facts in its `ot`
// member (opentelemetry.io/docs/specs/otel/trace/tracestate-handling):
//
//   ot=rv:<14 hex digits>;th:<1 to 14 hex digits>;<others>,<other vendors' members>
//
// Limits are the Collector's: 1024 characters, 31 members, 256 characters of `ot`.
//
// Threading: thread-compatible. Ownership: the text given to Parse() must outlive it.
class TraceState {
 public:
  // False when `text` is invalid. What stood before the fault is kept then, as in the Collector,
  // which writes that back in one case.
  bool Parse(std::string_view text);

  std::optional<Randomness> randomness() const { return randomness_; }
  std::optional<Threshold> threshold() const { return threshold_; }

  void SetRandomness(Randomness randomness);
  void ClearThreshold();
  // Changes nothing when that would lower a threshold: no stage can give back what an earlier one
  // has taken away.
  void RaiseThreshold(Threshold threshold);

  // `ot` first, white space and empty members gone.
  std::string ToString() const;

 private:
  // Few tracestates have more than these.
  using Members = absl::InlinedVector<std::pair<std::string_view, std::string_view>, 2>;

  bool ParseMember(std::string_view key, std::string_view value);
  bool ParseOt(std::string_view text);
  bool ParseOtItem(std::string_view key, std::string_view value);

  std::optional<Randomness> randomness_;
  std::optional<Threshold> threshold_;
  // As they came, where upper case is allowed; empty when they were set.
  std::string_view arrived_randomness_;
  std::string_view arrived_threshold_;
  Members ot_others_;
  Members others_;
};

}  // namespace spanhold::probabilistic_sampler
