#pragma once

#include <string>

#include <gmock/gmock.h>

#include "src/core/status.h"

namespace spanhold {

inline const Status& StatusOf(const Status& status) {
  return status;
}
template <typename T>
const Status& StatusOf(const StatusOr<T>& result) {
  return result.status();
}

// Matches a Status or StatusOr with that code and a message that matches.
MATCHER_P2(StatusIs, code, message, "") {
  const Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code &&
         testing::Matches(message)(std::string(status.message().data(), status.message().size()));
}

MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

}  // namespace spanhold
