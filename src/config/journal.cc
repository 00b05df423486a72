#include "src/config/journal.h"

namespace spanhold::config {

void JournalConfig::Describe(Fields& fields) {
  fields.String(
      {"directory", "a directory of its own, for one daemon; created when it is missing; required"},
      directory);
  fields.Size({"max_size", "of all its files; past it clients are told to retry"}, max_size);
  fields.Size({"segment_size", "of one file, the unit in which disk is given back"}, segment_size);
  OneOf(fields,
        {"sync",
         "group: a request is answered when it is on the disk, many with one flush; interval: "
         "answered when it is written, flushed every `interval`; none: never flushed"},
        sync,
        {{"group", static_cast<int>(Sync::kGroup)},
         {"interval", static_cast<int>(Sync::kInterval)},
         {"none", static_cast<int>(Sync::kNone)}});
  fields.Time({"interval", "with sync: interval, how much may be lost with the power"}, interval);
  OneOf(fields,
        {"on_error",
         "while it cannot be written: tell clients to retry (refuse), or go on without (continue)"},
        on_error,
        {{"refuse", static_cast<int>(OnError::kRefuse)},
         {"continue", static_cast<int>(OnError::kContinue)}});
  fields.Check("directory", !enabled || !directory.empty(), "is required");
  fields.Check("segment_size", segment_size > 0 && segment_size <= max_size / 2,
               "must be at most half of max_size");
  fields.Check("interval", interval > Duration::zero(), "must be more than 0");
}

}  // namespace spanhold::config
