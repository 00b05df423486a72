#pragma once

#include <cstdint>
#include <random>
#include <string>

#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

namespace spanhold::otlp {

namespace pb_collector = opentelemetry::proto::collector::trace::v1;
namespace pb_trace = opentelemetry::proto::trace::v1;
namespace pb_resource = opentelemetry::proto::resource::v1;
namespace pb_common = opentelemetry::proto::common::v1;

// Requests of every shape the schema allows, made with the generated classes: the same seed gives
// the same requests.
class RandomRequests {
 public:
  explicit RandomRequests(uint64_t seed) : engine_(seed) {}

  pb_collector::ExportTraceServiceRequest Next();

  // `bytes` with some of them changed, removed, repeated or moved.
  std::string Mutate(std::string bytes);

  // Uniform in [0, limit).
  uint64_t Below(uint64_t limit) { return engine_() % limit; }

 private:
  bool OneIn(uint64_t count) { return Below(count) == 0; }
  uint64_t Integer();
  double Double();
  std::string Bytes(size_t size);
  std::string Id(size_t size);
  std::string Text();
  pb_common::AnyValue AnyValue(int depth);
  template <typename Message>
  void AddAttributes(Message& message, int depth);
  pb_trace::Span Span();
  pb_resource::Resource Resource();
  pb_common::InstrumentationScope Scope();

  std::mt19937_64 engine_;
};

}  // namespace spanhold::otlp
