#pragma once

#include <string>

#include <gtest/gtest.h>

namespace spanhold {

// Keeps what is logged while it lives, instead of writing it to stderr. One at a time.
class CapturedLog {
 public:
  CapturedLog() { testing::internal::CaptureStderr(); }
  ~CapturedLog() {
    if (!taken_) {
      testing::internal::GetCapturedStderr();
    }
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  // All lines so far; ends the capture.
  std::string Take() {
    taken_ = true;
    return testing::internal::GetCapturedStderr();
  }

 private:
  bool taken_ = false;
};

}  // namespace spanhold
