#include "src/exporter/debug/config.h"

#include <limits>

namespace spanhold::debug {

void Config::Describe(config::Fields& fields) {
  constexpr int64_t kMaxInt = std::numeric_limits<int64_t>::max();
  config::OneOf(fields, {"verbosity", "basic: a line a batch; normal: a line a span; detailed"},
                verbosity,
                {{"basic", static_cast<int>(Verbosity::kBasic)},
                 {"normal", static_cast<int>(Verbosity::kNormal)},
                 {"detailed", static_cast<int>(Verbosity::kDetailed)}});
  fields.Int({"sampling_initial", "batches of each second that are shown in any case"},
             sampling_initial, 0, kMaxInt);
  fields.Int({"sampling_thereafter", "of the further ones every n-th is shown; 0: none"},
             sampling_thereafter, 0, kMaxInt);
  fields.Bool({"use_internal_logger", "write to the daemon's log instead of output_paths"},
              use_internal_logger);
  fields.Strings({"output_paths", "stdout, stderr, or files to append to"}, output_paths);
  fields.Section({"sending_queue", "what waits to be shown"},
                 [this](config::Fields& section) { sending.sending_queue.Describe(section); });
  fields.Check("output_paths", !output_paths.empty(), "want at least one, such as [stdout]");
}

}  // namespace spanhold::debug
