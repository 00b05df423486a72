#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "src/core/status.h"

namespace spanhold::bench {

// `spans` numbered from `first` on.
struct SpanRange {
  uint64_t first = 0;
  uint64_t spans = 0;
};

// Which spans were acknowledged: a line "FIRST SPANS" for each request, in the order of the answers,
// so that what was acknowledged before the target crashed is known whatever comes after.
//
// Threading: thread-compatible.
class AckedFile {
 public:
  // Without a path nothing is written.
  explicit AckedFile(const std::string& path);
  ~AckedFile();
  AckedFile(const AckedFile&) = delete;
  AckedFile& operator=(const AckedFile&) = delete;

  bool is_open() const { return file_ != nullptr; }

  void Add(const SpanRange& range);
  // Hands what was added to the operating system.
  void Flush();

 private:
  std::FILE* file_ = nullptr;
};

// Reads such a file; a last line that is not complete yet is left out. An error names the file.
StatusOr<std::vector<SpanRange>> ReadAcked(const std::string& path);

}  // namespace spanhold::bench
