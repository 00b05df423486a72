#pragma once

#include <vector>

#include "src/pipeline/consumer.h"
#include "src/pipeline/exporter.h"
#include "src/pipeline/ledger.h"

namespace spanhold {

// The end of a pipeline: hands each batch to every lane, as the same immutable spans. What was read
// back from the journal goes only to the lanes that had not settled it.
//
// Threading: bound to the pipeline's worker; HasRoom() and IsCrowded() are thread-safe.
// Ownership: accounts and exporters must outlive it.
class FanOut final : public TraceConsumer {
 public:
  struct Lane {
    Exporter* exporter = nullptr;
    LaneAccount* account = nullptr;
  };

  // At least one lane.
  FanOut(PipelineAccount& account, std::vector<Lane> lanes)
      : account_(account), lanes_(std::move(lanes)) {}

  void Consume(TraceBatch batch) override;

  // Whether every lane that blocks has room: the worker takes nothing from the queue otherwise.
  bool HasRoom() const;

  // Whether one of them is crowded.
  bool IsCrowded() const;

 private:
  PipelineAccount& account_;
  const std::vector<Lane> lanes_;
};

}  // namespace spanhold
