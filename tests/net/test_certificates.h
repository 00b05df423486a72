#pragma once

#include <string>

namespace spanhold::net {

// A certificate and its key, in PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;
};

// A certificate authority made on the spot.
TestCertificate MakeTestAuthority();

// A certificate for the DNS name `host` and for 127.0.0.1, signed by `authority`.
TestCertificate MakeTestCertificate(const std::string& host, const TestCertificate& authority);

}  // namespace spanhold::net
