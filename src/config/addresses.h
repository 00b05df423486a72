#pragma once

#include <string>
#include <vector>

#include "src/config/endpoint.h"
#include "src/config/report.h"

namespace spanhold::config {

// An address of the configuration.
struct Address {
  std::string path;  // "receivers.otlp.protocols.grpc.endpoint"
  std::string text;  // as written: "http://localhost:4318"
  Endpoint endpoint;
  Position where;
};

// Reports each listener whose port an earlier one has, and each sender that would send to one of
// the listeners. Names are not resolved: "localhost" is known, this host's other names are not.
void CheckAddresses(const std::vector<Address>& listeners, const std::vector<Address>& senders,
                    Report& report);

}  // namespace spanhold::config
