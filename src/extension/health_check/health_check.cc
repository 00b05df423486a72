#include "src/extension/health_check/health_check.h"

#include <utility>

#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include "src/config/duration.h"
#include "src/otlp/json_text.h"

namespace spanhold::health_check {
namespace {

net::HttpServer::Options ServerOptions(const std::string& id, const Config& config) {
  net::HttpServer::Options options;
  options.name = id;
  options.endpoint = config.ListenEndpoint();
  return options;
}

net::HttpReply Reply(int status, const std::string& custom, const std::string& json) {
  net::HttpReply reply;
  reply.status = status;
  reply.content_type = custom.empty() ? "application/json" : "text/plain; charset=utf-8";
  reply.body = custom.empty() ? json : custom;
  return reply;
}

}  // namespace

HealthCheck::HealthCheck(const std::string& id, const Config& config, const Clock& clock,
                         net::EventLoop& loop)
    : config_(config), clock_(clock), server_(ServerOptions(id, config), *this, budget_, loop) {}

Status HealthCheck::Start() {
  return server_.Start();
}

void HealthCheck::SetReady(bool ready) {
  const MutexLock lock(mutex_);
  if (!ready) {
    ready_since_.reset();
  } else if (!ready_since_) {
    ready_since_ = Since{clock_.Now(), clock_.WallNow()};
  }
}

void HealthCheck::SetProblemReader(std::function<std::string()> reader) {
  problem_reader_ = std::move(reader);
}

void HealthCheck::Stop(Deadline deadline) {
  server_.Shutdown(deadline);
}

std::optional<net::HttpReply> HealthCheck::OnHead(const net::HttpRequestHead& head) {
  if (config_.path != "/" && head.Path() != config_.path) {
    return net::TextReply(404, "404 page not found");
  }
  std::optional<Since> since;
  {
    const MutexLock lock(mutex_);
    since = ready_since_;
  }
  const std::string problem = problem_reader_ ? problem_reader_() : "";
  return since && problem.empty() ? Ready(*since) : NotReady(problem);
}

// OnHead() has answered everything.
void HealthCheck::OnRequest(const net::HttpRequestHead& /*head*/, Bytes /*body*/, Respond respond) {
  respond(NotReady(""));
}

net::HttpReply HealthCheck::Ready(const Since& since) const {
  const std::string up_since =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absl::FromChrono(since.wall), absl::UTCTimeZone());
  return Reply(
      200, config_.healthy_body,
      absl::StrCat(R"({"status":"Server available","upSince":")", up_since, R"(","uptime":")",
                   config::FormatDuration(clock_.Now() - since.time), R"("})"));
}

net::HttpReply HealthCheck::NotReady(const std::string& problem) const {
  // Go's zero time, which the Collector writes; a reason is Spanhold's own.
  std::string json =
      R"({"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":"")";
  if (!problem.empty()) {
    json += R"(,"reason":)";
    otlp::AppendJsonString(json, problem);
  }
  return Reply(503, config_.unhealthy_body, json + "}");
}

}  // namespace spanhold::health_check
