// The work whose instructions bench/instructions/check counts:
//
//   spanhold_instructions          prints the names of the cases
//   spanhold_instructions CASE     does one, twice, and prints how many spans that is each time

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/numbered/chunks.h"
#include "src/core/clock.h"
#include "src/exporter/jaeger/encode.h"
#include "src/exporter/jaeger/split.h"
#include "src/otlp/encode.h"
#include "src/otlp/json_decode.h"
#include "src/otlp/json_encode.h"
#include "src/otlp/rewrite.h"
#include "src/pipeline/ledger.h"
#include "src/processor/probabilistic_sampler/probabilistic_sampler.h"

// callgrind counts only inside of this one, which is neither inlined nor renamed.
extern "C" [[gnu::noipa]] void spanhold_counted(const std::function<void()>& work) {
  work();
}

namespace spanhold::bench {
namespace {

using probabilistic_sampler::Mode;

// Goes through kBatch spans.
using Work = std::function<void()>;

Work Decoding(int64_t spans_each) {
  std::vector<std::string> requests;
  for (int64_t first = 0; first < kBatch; first += spans_each) {
    requests.push_back(Wire(spans_each, static_cast<uint64_t>(first)));
  }
  return [requests] {
    for (const std::string& request : requests) {
      SPANHOLD_CHECK(otlp::Decode(Bytes::Copy(request, Budget())).ok());
    }
  };
}

Work DecodingJson() {
  NumberedRequest request(Format::kJson, kBatch);
  return [json = std::string(request.Number(0))] {
    SPANHOLD_CHECK(otlp::DecodeJson(json, Budget()).ok());
  };
}

Work Encoding(const otlp::TraceBatch& batch) {
  return [batch] {
    otlp::Encode(batch, Budget());
  };
}

Work EncodingJson(const otlp::TraceBatch& batch) {
  return [batch] {
    otlp::EncodeJson(batch, Budget());
  };
}

// What a sampler leaves: spans that do not stand side by side.
otlp::TraceBatch Sampled() {
  otlp::BatchPart part{ChunkOf(2 * kBatch), nullptr, {}};
  for (uint32_t i = 0; i < 2 * kBatch; i += 2) {
    part.Add(i);
  }
  otlp::TraceBatch batch;
  batch.Append(std::move(part));
  return batch;
}

Work ToJaeger(StatusOr<Bytes> (*encode)(const otlp::TraceBatch&, MemoryBudget&)) {
  return [encode, batch = Joined({ChunkOf(kBatch)})] {
    for (const otlp::TraceBatch& request : jaeger::SplitByProcess(batch)) {
      SPANHOLD_CHECK(encode(request, Budget()).ok());
    }
  };
}

// A pipeline with nothing but a sampler, whose lane sends at once what is left.
class Sampler final : public TraceConsumer {
 public:
  Sampler(Mode mode, otlp::ChunkPtr chunk)
      : chunk_(std::move(chunk)),
        sampler_(ConfigOf(mode), "sampler", *this, ledger_.AddPipeline("traces", {"otlp"}),
                 Budget(), clock_, telemetry_) {}

  void Run() {
    sampler_.Consume(otlp::TraceBatch::Whole(
        chunk_,
        std::make_shared<otlp::Settlement>(1, kBatch, std::vector<LaneRange>{{0, 1}}, ledger_)));
  }

  void Consume(otlp::TraceBatch batch) override { ledger_.lane(0).Sent(batch); }

 private:
  static probabilistic_sampler::Config ConfigOf(Mode mode) {
    probabilistic_sampler::Config config;
    config.mode = mode;
    config.sampling_percentage = 10;
    return config;
  }

  const otlp::ChunkPtr chunk_;
  const SystemClock clock_;
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  probabilistic_sampler::ProbabilisticSampler sampler_;
};

Work Sampling(Mode mode, const otlp::ChunkPtr& chunk) {
  return [sampler = std::make_shared<Sampler>(mode, chunk)] {
    sampler->Run();
  };
}

// Spans that were sampled before, at 100 %: the sampler writes their new threshold.
otlp::ChunkPtr WithTraceState(const otlp::ChunkPtr& chunk) {
  std::vector<otlp::TraceStateChange> changes;
  for (uint32_t i = 0; i < kBatch; ++i) {
    changes.push_back({i, "ot=th:0,vendor=value"});
  }
  return otlp::ReplaceTraceStates({chunk, nullptr, {{0, kBatch}}}, changes, Budget()).chunk;
}

std::vector<std::pair<std::string_view, Work>> Cases() {
  const otlp::ChunkPtr chunk = ChunkOf(kBatch);
  return {
      {"decode", Decoding(kBatch)},
      {"decode_single_spans", Decoding(1)},
      {"decode_json", DecodingJson()},
      {"encode", Encoding(Joined({chunk}))},
      {"encode_sampled", Encoding(Sampled())},
      {"encode_single_spans", Encoding(Joined(SingleChunks(kBatch)))},
      {"json_encode", EncodingJson(Joined({chunk}))},
      {"sample_hash_seed", Sampling(Mode::kHashSeed, chunk)},
      {"sample_equalizing", Sampling(Mode::kEqualizing, WithTraceState(chunk))},
      {"jaeger_thrift", ToJaeger(jaeger::EncodeThrift)},
      {"jaeger_proto", ToJaeger(jaeger::EncodeProto)},
  };
}

int Main(int argc, char** argv) {
  for (const auto& [name, work] : Cases()) {
    if (argc < 2) {
      std::printf("%s\n", std::string(name).c_str());
    } else if (name == argv[1]) {
      work();  // what happens only the first time is not counted
      spanhold_counted(work);
      std::printf("%d\n", static_cast<int>(kBatch));
      return 0;
    }
  }
  return argc < 2 ? 0 : 2;
}

}  // namespace
}  // namespace spanhold::bench

int main(int argc, char** argv) {
  return spanhold::bench::Main(argc, argv);
}
