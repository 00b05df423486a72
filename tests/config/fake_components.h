#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "src/config/component_type.h"
#include "src/config/endpoint.h"
#include "src/config/memory_limiter.h"
#include "src/config/tls.h"

namespace spanhold::config {

// Configurations with the keys that the real components have most of, for tests of the loader.

inline void DescribeListenEndpoint(Fields& fields, std::string& value) {
  fields.String({"endpoint", "where to listen"}, value);
  const StatusOr<Endpoint> endpoint = ParseEndpoint(value);
  fields.Check("endpoint", endpoint.ok(), MessageOf(endpoint.status()));
}

struct FakeOtlpReceiver final : ComponentConfig {
  bool has_grpc = false;
  bool has_http = false;
  std::string grpc_endpoint = "localhost:4317";
  std::string http_endpoint = "localhost:4318";

  void Describe(Fields& fields) override {
    fields.Section({"protocols", "which to listen for"}, [this](Fields& protocols) {
      protocols.OptionalSection({"grpc", "OTLP over gRPC"}, has_grpc, [this](Fields& grpc) {
        DescribeListenEndpoint(grpc, grpc_endpoint);
        grpc.Refused({"tls", ""}, "receivers listen in clear");
      });
      protocols.OptionalSection({"http", "OTLP over HTTP"}, has_http, [this](Fields& http) {
        DescribeListenEndpoint(http, http_endpoint);
      });
    });
    fields.Check("protocols", has_grpc || has_http, "must specify at least one protocol");
  }

  std::vector<EndpointUse> ListenEndpoints() const override {
    std::vector<EndpointUse> uses;
    if (has_grpc) {
      uses.push_back({"protocols.grpc.endpoint", ParseEndpoint(grpc_endpoint).value()});
    }
    if (has_http) {
      uses.push_back({"protocols.http.endpoint", ParseEndpoint(http_endpoint).value()});
    }
    return uses;
  }
};

struct FakeExporter final : ComponentConfig {
  std::string endpoint;
  std::map<std::string, std::string> headers;
  TlsClientConfig tls;
  Duration timeout = std::chrono::seconds(5);

  void Describe(Fields& fields) override {
    fields.String({"endpoint", "where to send"}, endpoint);
    fields.SecretMap({"headers", "sent with each request"}, headers);
    fields.Section({"tls", "TLS"}, [this](Fields& section) { tls.Describe(section); });
    fields.Time({"timeout", "of one attempt"}, timeout);
    const StatusOr<Endpoint> parsed = ParseEndpoint(endpoint);
    fields.Check("endpoint", !endpoint.empty(), "is required");
    fields.Check("endpoint", endpoint.empty() || parsed.ok(), MessageOf(parsed.status()));
  }

  std::vector<EndpointUse> SendEndpoints() const override {
    return {{"endpoint", ParseEndpoint(endpoint).value()}};
  }
};

struct FakeBatch final : ComponentConfig {
  Duration timeout = std::chrono::seconds(5);
  int64_t send_batch_size = 512;

  void Describe(Fields& fields) override {
    fields.Time({"timeout", "longest wait"}, timeout);
    fields.Int({"send_batch_size", "spans"}, send_batch_size, 1, 1'000'000);
  }
};

struct FakeDebug final : ComponentConfig {
  int verbosity = 0;

  void Describe(Fields& fields) override {
    fields.OneOf({"verbosity", "how much"}, verbosity,
                 {{"basic", 0}, {"normal", 1}, {"detailed", 2}});
  }
};

struct FakeHealthCheck final : ComponentConfig {
  std::string endpoint = "localhost:13133";

  void Describe(Fields& fields) override { DescribeListenEndpoint(fields, endpoint); }

  std::vector<EndpointUse> ListenEndpoints() const override {
    return {{"endpoint", ParseEndpoint(endpoint).value()}};
  }
};

inline const std::vector<ComponentType>& FakeTypes() {
  static const std::vector<ComponentType> kTypes = {
      {ComponentKind::kReceiver,
       {"otlp"},
       "takes OTLP",
       [] {
         return std::make_unique<FakeOtlpReceiver>();
       }},
      {ComponentKind::kProcessor,
       {"batch"},
       "joins requests",
       [] {
         return std::make_unique<FakeBatch>();
       }},
      MemoryLimiterType(),
      {ComponentKind::kExporter,
       {"otlp_grpc", "otlp"},
       "sends OTLP over gRPC",
       [] {
         return std::make_unique<FakeExporter>();
       }},
      {ComponentKind::kExporter,
       {"debug"},
       "prints",
       [] {
         return std::make_unique<FakeDebug>();
       }},
      {ComponentKind::kExtension,
       {"health_check"},
       "says whether it is ready",
       [] {
         return std::make_unique<FakeHealthCheck>();
       }},
  };
  return kTypes;
}

}  // namespace spanhold::config
