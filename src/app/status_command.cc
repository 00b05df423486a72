#include "src/app/status_command.h"

#include <future>
#include <utility>

#include "src/config/endpoint.h"
#include "src/net/event_loop.h"
#include "src/net/http_client.h"

namespace spanhold::app {
namespace {

constexpr Duration kPatience = std::chrono::seconds(5);

}  // namespace

StatusOr<std::string> FetchStatus(const std::string& address) {
  net::HttpClient::Options options;
  SPANHOLD_ASSIGN_OR_RETURN(options.endpoint, config::ParseEndpoint(address));
  options.endpoint.scheme = "http";
  net::EventLoop loop("status", 1);
  net::HttpClient client(std::move(options), loop);
  SPANHOLD_RETURN_IF_ERROR(client.Start());
  loop.Start();

  std::promise<StatusOr<net::HttpResponse>> promise;
  net::HttpRequest request;
  request.method = "GET";
  request.target = "/status";
  client.Send(
      std::move(request), SystemClock().Now() + kPatience,
      [&](StatusOr<net::HttpResponse> response) { promise.set_value(std::move(response)); });
  StatusOr<net::HttpResponse> response = promise.get_future().get();
  client.Shutdown();
  loop.Stop();

  if (!response.ok()) {
    return Annotate(response.status(),
                    "no Spanhold answers at " + address +
                        "; is it running, and is this its service.telemetry.metrics address?");
  }
  if (response->status != 200) {
    return absl::FailedPreconditionError(
        "something else than Spanhold listens at " + address + ": it answers HTTP " +
        std::to_string(response->status) +
        " to /status; give the address of service.telemetry.metrics with --address");
  }
  if (response->broke_off) {
    return absl::UnavailableError(address + ": the connection broke in the middle of the answer");
  }
  return std::move(response->body);
}

}  // namespace spanhold::app
