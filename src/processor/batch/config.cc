#include "src/processor/batch/config.h"

#include <limits>

namespace spanhold::batch {

void Config::Describe(config::Fields& fields) {
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  fields.Int({"send_batch_size", "a batch leaves when it holds that many spans; 0: at once"},
             send_batch_size, 0, kMost);
  fields.Time({"timeout", "or that long after its first span; 0: at once"}, timeout);
  fields.Int({"send_batch_max_size", "larger batches are split into ones of that size; 0: never"},
             send_batch_max_size, 0, kMost);
  fields.Refused({"metadata_keys", "one batcher for each value of a request's metadata"},
                 "the metadata of requests is not kept; remove the key");
  fields.Refused({"metadata_cardinality_limit", "how many such batchers"},
                 "it belongs to metadata_keys, which Spanhold does not have; remove the key");
  fields.Check("send_batch_max_size",
               send_batch_max_size == 0 || send_batch_max_size >= send_batch_size,
               "send_batch_max_size must be greater or equal to send_batch_size");
}

}  // namespace spanhold::batch
