#include "bench/numbered/acked_file.h"

#include <cinttypes>
#include <fstream>
#include <sstream>

namespace spanhold::bench {

AckedFile::AckedFile(const std::string& path)
    : file_(path.empty() ? nullptr : std::fopen(path.c_str(), "w")) {}

AckedFile::~AckedFile() {
  if (file_ != nullptr) {
    std::fclose(file_);
  }
}

void AckedFile::Add(const SpanRange& range) {
  if (file_ != nullptr) {
    std::fprintf(file_, "%" PRIu64 " %" PRIu64 "\n", range.first, range.spans);
  }
}

void AckedFile::Flush() {
  if (file_ != nullptr) {
    std::fflush(file_);
  }
}

StatusOr<std::vector<SpanRange>> ReadAcked(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError("cannot read " + path);
  }
  std::vector<SpanRange> ranges;
  for (std::string line; std::getline(file, line) && !file.eof();) {
    SpanRange range;
    if (!(std::istringstream(line) >> range.first >> range.spans)) {
      return absl::InvalidArgumentError(path + ": not a range of spans: " + line);
    }
    ranges.push_back(range);
  }
  return ranges;
}

}  // namespace spanhold::bench
