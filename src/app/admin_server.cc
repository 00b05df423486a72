#include "src/app/admin_server.h"

#include <utility>

#include "src/app/metrics_page.h"

namespace spanhold::app {
namespace {

constexpr uint64_t kBodyBudget = 64 << 10;  // its requests have no bodies

net::HttpReply PlainReply(int status, std::string body) {
  return {status, "text/plain; charset=utf-8", {}, std::move(body)};
}

}  // namespace

AdminServer::AdminServer(const Telemetry& telemetry, net::EventLoop& loop,
                         std::function<std::string()> status_page)
    : telemetry_(telemetry),
      loop_(loop),
      status_page_(std::move(status_page)),
      budget_(kBodyBudget) {}

AdminServer::~AdminServer() = default;

Status AdminServer::Start(const config::Endpoint& endpoint) {
  net::HttpServer::Options options;
  options.name = "metrics";
  options.endpoint = endpoint;
  options.max_body_size = kBodyBudget;
  server_ = std::make_unique<net::HttpServer>(std::move(options), *this, budget_, loop_);
  Status status = server_->Start();
  if (!status.ok()) {
    server_->Shutdown(Deadline());
    server_.reset();
  }
  return status;
}

void AdminServer::Stop(Deadline deadline) {
  if (server_) {
    server_->Shutdown(deadline);
  }
}

std::optional<net::HttpReply> AdminServer::OnHead(const net::HttpRequestHead& head) {
  if (head.method != "GET" && head.method != "HEAD") {
    net::HttpReply reply = PlainReply(405, "only GET\n");
    reply.headers.emplace_back("Allow", "GET, HEAD");
    return reply;
  }
  if (head.Path() == "/metrics") {
    // The version of the text format that MetricsPage() writes.
    return net::HttpReply{
        200, "text/plain; version=0.0.4; charset=utf-8", {}, MetricsPage(telemetry_)};
  }
  if (head.Path() == "/status") {
    return PlainReply(200, status_page_());
  }
  return PlainReply(404, "here are /metrics and /status\n");
}

void AdminServer::OnRequest(const net::HttpRequestHead& /*head*/, Bytes /*body*/, Respond respond) {
  respond(PlainReply(404, ""));  // OnHead() has answered everything
}

}  // namespace spanhold::app
