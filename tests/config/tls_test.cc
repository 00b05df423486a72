#include "src/config/tls.h"

#include <gmock/gmock.h>

#include "src/config/reader.h"

namespace spanhold::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ReadInto(TlsClientConfig& config, std::string_view text) {
  Report report;
  const Node node = ParseYaml(text, "a.yaml", report).value();
  Reader::Read(node, node.where, "tls", report, [&](Reader& reader) { config.Describe(reader); });
  return report.Errors();
}

std::vector<std::string> ErrorsOf(std::string_view text) {
  TlsClientConfig config;
  return ReadInto(config, text);
}

TEST(TlsTest, DefaultIsTlsWithTheSystemsAuthorities) {
  TlsClientConfig config;

  EXPECT_THAT(ReadInto(config, ""), IsEmpty());

  EXPECT_FALSE(config.insecure);
  EXPECT_FALSE(config.insecure_skip_verify);
  EXPECT_EQ(config.ca_file, "");
  EXPECT_EQ(config.min_version, "1.2");
}

TEST(TlsTest, ReadsTheCollectorsKeys) {
  TlsClientConfig config;

  EXPECT_THAT(ReadInto(config,
                       "insecure: true\n"
                       "insecure_skip_verify: true\n"
                       "ca_file: ca.pem\n"
                       "cert_file: cert.pem\n"
                       "key_pem: KEY\n"
                       "server_name_override: other.example\n"
                       "min_version: '1.3'\n"),
              IsEmpty());

  EXPECT_TRUE(config.insecure);
  EXPECT_TRUE(config.insecure_skip_verify);
  EXPECT_EQ(config.ca_file, "ca.pem");
  EXPECT_EQ(config.cert_file, "cert.pem");
  EXPECT_EQ(config.key_pem, "KEY");
  EXPECT_EQ(config.server_name_override, "other.example");
  EXPECT_EQ(config.min_version, "1.3");
}

TEST(TlsTest, CertificateAndKeyComeTogether) {
  EXPECT_THAT(ErrorsOf("cert_file: c"),
              ElementsAre("a.yaml:1: tls.cert_file: a certificate needs its key: set key_file or "
                          "key_pem"));
  EXPECT_THAT(ErrorsOf("key_pem: k"),
              ElementsAre("a.yaml:1: tls.key_pem: a key needs its certificate: set cert_file or "
                          "cert_pem"));
}

TEST(TlsTest, FileAndTextExcludeEachOther) {
  EXPECT_THAT(
      ErrorsOf("{ca_file: a, ca_pem: a, cert_file: b, cert_pem: b, key_file: c, key_pem: c}"),
      ElementsAre("a.yaml:1: tls.ca_pem: ca_file is set too; keep one of them",
                  "a.yaml:1: tls.cert_pem: cert_file is set too; keep one of them",
                  "a.yaml:1: tls.key_pem: key_file is set too; keep one of them"));
}

TEST(TlsTest, OldVersionsAreRefused) {
  EXPECT_THAT(
      ErrorsOf("min_version: '1.0'"),
      ElementsAre("a.yaml:1: tls.min_version: want \"1.2\" or \"1.3\"; older versions are broken"));
}

TEST(TlsTest, RefusesWhatItDoesNotDo) {
  for (const std::string key :
       {"max_version", "cipher_suites", "include_insecure_cipher_suites", "curve_preferences",
        "include_system_ca_certs_pool", "reload_interval", "tpm"}) {
    EXPECT_THAT(ErrorsOf(key + ": 1"),
                ElementsAre(testing::HasSubstr("tls." + key + ": not supported: ")));
  }
}

}  // namespace
}  // namespace spanhold::config
