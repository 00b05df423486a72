#include "src/exporter/sending/too_large.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace spanhold::sending {
namespace {

struct Saying {
  absl::StatusCode code;
  std::string_view words;
};

constexpr Saying kSayings[] = {
    // grpc-go: "grpc: received message larger than max (5 vs. 4)", "grpc: message after
    // decompression larger than max"; C++, Python, Ruby, Node: "Received message larger than max".
    {absl::StatusCode::kResourceExhausted, "larger than max"},
    // grpc-java: "gRPC message exceeds maximum size 4: 5", also "Decompressed gRPC message ...".
    {absl::StatusCode::kResourceExhausted, "exceeds maximum size"},
    // grpc-dotnet: "Received message exceeds the maximum configured message size."
    {absl::StatusCode::kResourceExhausted, "exceeds the maximum configured message size"},
    // Spanhold: "... is larger than the limit of 4 bytes".
    {absl::StatusCode::kResourceExhausted, "larger than the limit"},
    // tonic: "Error, decoded message length too large: found 5 bytes, the limit is: 4 bytes". The
    // code would mean that the request is to be sent again as it is.
    {absl::StatusCode::kOutOfRange, "message length too large"},
    // gRPC's words for the HTTP status of a proxy, "Received http2 header with status: 413".
    {absl::StatusCode::kUnknown, "status: 413"},
};

}  // namespace

bool SaysTooLarge(const Status& error) {
  if (RetryAfter(error)) {
    return false;  // it can be taken later
  }
  return std::any_of(std::begin(kSayings), std::end(kSayings), [&](const Saying& saying) {
    return error.code() == saying.code &&
           MessageOf(error).find(saying.words) != std::string_view::npos;
  });
}

}  // namespace spanhold::sending
