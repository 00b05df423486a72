#include "src/net/tls_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/test_certificates.h"
#include "tests/support/status_is.h"

namespace spanhold::net {
namespace {

using testing::StartsWith;

TEST(TlsContextTest, TheDefaultTrustsTheSystem) {
  EXPECT_THAT(MakeTlsClientContext({}), IsOk());
}

TEST(TlsContextTest, NamesTheFileThatCannotBeRead) {
  config::TlsClientConfig ca;
  ca.ca_file = "/no/such/ca.pem";
  config::TlsClientConfig certificate;
  certificate.cert_file = "/no/such/cert.pem";
  config::TlsClientConfig key;
  key.key_file = "/no/such/key.pem";

  EXPECT_THAT(MakeTlsClientContext(ca),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("tls: /no/such/ca.pem: ")));
  EXPECT_THAT(MakeTlsClientContext(certificate),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("tls: /no/such/cert.pem: ")));
  EXPECT_THAT(MakeTlsClientContext(key),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("tls: /no/such/key.pem: ")));
}

TEST(TlsContextTest, NamesTheKeyWhosePemIsNone) {
  config::TlsClientConfig ca;
  ca.ca_pem = "nonsense";
  config::TlsClientConfig certificate;
  certificate.cert_pem = "nonsense";

  EXPECT_THAT(MakeTlsClientContext(ca),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("tls: ca_pem: ")));
  EXPECT_THAT(MakeTlsClientContext(certificate),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("tls: cert_pem: ")));
}

TEST(TlsContextTest, AKeyThatDoesNotFitTheCertificateIsAnError) {
  const TestCertificate authority = MakeTestAuthority();
  config::TlsClientConfig config;
  config.cert_pem = MakeTestCertificate("a", authority).certificate;
  config.key_pem = MakeTestCertificate("b", authority).key;

  EXPECT_THAT(MakeTlsClientContext(config),
              StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("tls: key_pem: ")));
}

}  // namespace
}  // namespace spanhold::net
