// What a backend answers, in every form that an exporter reads: nothing in it may crash, and what was
// read is within the bounds that the header gives.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "src/core/check.h"
#include "src/otlp/rpc_messages.h"
#include "src/otlp/utf8.h"

namespace spanhold::otlp {
namespace {

void CheckDelay(const std::optional<Duration>& delay) {
  SPANHOLD_CHECK(!delay || (*delay >= Duration::zero() && *delay <= std::chrono::hours(25)));
}

void CheckStatus(const std::optional<RpcStatus>& status) {
  if (status) {
    SPANHOLD_CHECK(IsUtf8(status->message));
    CheckDelay(status->retry_delay);
  }
}

void CheckResponse(const std::optional<ExportResponse>& response) {
  SPANHOLD_CHECK(!response || IsUtf8(response->error_message));
}

void Run(std::string_view input) {
  CheckResponse(ReadExportResponse(input));
  CheckResponse(ReadExportResponseJson(input));
  CheckStatus(ReadRpcStatus(input));
  CheckStatus(ReadRpcStatusJson(input));
  CheckDelay(ReadRetryInfo(input));
  const auto service = ReadHealthCheckRequest(input);
  SPANHOLD_CHECK(!service || IsUtf8(*service));
}

}  // namespace
}  // namespace spanhold::otlp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  spanhold::otlp::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
