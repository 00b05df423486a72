#include "bench/load/request_source.h"

namespace spanhold::bench {
namespace {

constexpr uint64_t kMostPrepared = uint64_t{2} << 30U;

}  // namespace

RequestSource::RequestSource(const RequestShape& shape, size_t lanes)
    : shape_(shape),
      budget_(UINT64_MAX),
      requests_(lanes, NumberedRequest(shape.format, shape.spans)),
      compressed_(lanes) {}

void RequestSource::Prepare(uint64_t first, uint64_t spans) {
  if (shape_.encoding == compress::Encoding::kIdentity) {
    return;
  }
  first_prepared_ = first;
  uint64_t bytes = 0;
  for (uint64_t i = 0; i * shape_.spans < spans && bytes < kMostPrepared; ++i) {
    prepared_.push_back(compress::Compress(
        shape_.encoding, requests_.front().Number(first + i * shape_.spans), budget_));
    bytes += prepared_.back().size();
  }
}

std::string_view RequestSource::Body(size_t lane, uint64_t first) {
  const uint64_t index = (first - first_prepared_) / shape_.spans;
  if (index < prepared_.size()) {
    return prepared_[index].view();
  }
  const std::string_view request = requests_[lane].Number(first);
  if (shape_.encoding == compress::Encoding::kIdentity) {
    return request;
  }
  compressed_[lane] = compress::Compress(shape_.encoding, request, budget_);
  return compressed_[lane].view();
}

}  // namespace spanhold::bench
