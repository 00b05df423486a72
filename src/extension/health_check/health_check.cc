#include "src/extension/health_check/health_check.h"

#include <ctime>
#include <utility>

#include "src/config/duration.h"

namespace spanhold::health_check {
namespace {

constexpr uint64_t kBodyBudget = 64 << 10;  // its requests have no bodies

std::string Rfc3339(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[sizeof "2024-01-01T00:00:00Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

HealthCheck::HealthCheck(const Config& config, std::string id, const Clock& clock,
                         net::EventLoop& loop)
    : config_(config), id_(std::move(id)), clock_(clock), loop_(loop), budget_(kBodyBudget) {}

HealthCheck::~HealthCheck() = default;

Status HealthCheck::Start() {
  net::HttpServer::Options options;
  options.name = id_;
  SPANHOLD_ASSIGN_OR_RETURN(options.endpoint, config::ParseEndpoint(config_.endpoint));
  options.max_body_size = kBodyBudget;
  server_ = std::make_unique<net::HttpServer>(std::move(options), *this, budget_, loop_);
  const Status status = server_->Start();
  if (!status.ok()) {
    server_->Shutdown(Deadline());
    server_.reset();
  }
  return status;
}

void HealthCheck::SetReady(bool ready) {
  const MutexLock lock(mutex_);
  ready_ = ready;
  ready_since_ = clock_.Now();
  ready_since_wall_ = clock_.WallNow();
}

void HealthCheck::Stop(Deadline deadline) {
  if (server_) {
    server_->Shutdown(deadline);
  }
}

// The three members of the Collector's answer, in its order, with its values for "not yet".
std::string HealthCheck::StatusBody(bool ready) const {
  if (!ready) {
    return R"({"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""})";
  }
  const MutexLock lock(mutex_);
  return R"({"status":"Server available","upSince":")" + Rfc3339(ready_since_wall_) +
         R"(","uptime":")" + config::FormatDuration(clock_.Now() - ready_since_) + R"("})";
}

std::optional<net::HttpReply> HealthCheck::OnHead(const net::HttpRequestHead& head) {
  if (head.Path() != config_.path) {
    return net::TextReply(404, "the health is at " + config_.path);
  }
  bool ready = false;
  {
    const MutexLock lock(mutex_);
    ready = ready_;
  }
  net::HttpReply reply;
  reply.status = ready ? 200 : 503;
  if (config_.response_body.empty()) {
    reply.content_type = "application/json";
    reply.body = StatusBody(ready);
  } else {
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = config_.response_body;
  }
  return reply;
}

void HealthCheck::OnRequest(const net::HttpRequestHead& /*head*/, Bytes /*body*/,
                            Respond respond) {
  respond(net::TextReply(404, ""));  // OnHead() has answered everything
}

}  // namespace spanhold::health_check
