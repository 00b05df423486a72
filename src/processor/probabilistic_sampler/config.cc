#include "src/processor/probabilistic_sampler/config.h"

#include <limits>
#include <string>

#include "src/processor/probabilistic_sampler/threshold.h"

namespace spanhold::probabilistic_sampler {
namespace {

constexpr std::string_view kForLogs =
    "it is for logs; the decision for a span is made from its trace id, and its attribute "
    "sampling.priority is always honoured";

}  // namespace

// The ranges are left open where the Collector has a message of its own for them.
void Config::Describe(config::Fields& fields) {
  constexpr double kAny = std::numeric_limits<double>::max();
  constexpr int64_t kAnyInt = std::numeric_limits<int64_t>::max();
  config::OneOf(fields,
                {"mode",
                 "hash_seed: by a hash of the trace id; proportional: that share of what comes; "
                 "equalizing: down to that probability, counting earlier sampling"},
                mode,
                {{"hash_seed", static_cast<int>(Mode::kHashSeed)},
                 {"proportional", static_cast<int>(Mode::kProportional)},
                 {"equalizing", static_cast<int>(Mode::kEqualizing)}});
  fields.Double({"sampling_percentage", "0: keep none, 100 and more: keep all"},
                sampling_percentage, -kAny, kAny);
  fields.Int({"hash_seed", "of the hash; give each layer of samplers its own"}, hash_seed, 0,
             std::numeric_limits<uint32_t>::max());
  fields.Bool({"fail_closed", "drop (true) or keep (false) spans that cannot be decided on"},
              fail_closed);
  fields.Int({"sampling_precision", "hex digits of the threshold written to the tracestate, 1-14"},
             sampling_precision, -kAnyInt, kAnyInt);
  fields.Refused({"attribute_source", "where a log record's randomness comes from"}, kForLogs);
  fields.Refused({"from_attribute", "a log record's attribute to take randomness from"}, kForLogs);
  fields.Refused({"sampling_priority", "a log record's attribute with its priority"}, kForLogs);

  const bool given = sampling_percentage != kRequired;
  fields.Check("sampling_percentage", given,
               "sampling_percentage is required: from 0, keep none, to 100, keep all");
  fields.Check("sampling_percentage", !given || sampling_percentage >= 0,
               "sampling rate is negative: " + std::to_string(sampling_percentage) + "%");
  fields.Check("sampling_percentage",
               sampling_percentage <= 0 || sampling_percentage / 100 >= kSmallestProbability,
               "sampling rate is too small: the smallest is 1.4e-15%");
  fields.Check("sampling_precision", sampling_precision > 0,
               "invalid sampling precision: " + std::to_string(sampling_precision));
  fields.Check(
      "sampling_precision", sampling_precision <= 14,
      "sampling precision is too great, should be <= 14: " + std::to_string(sampling_precision));
}

}  // namespace spanhold::probabilistic_sampler
