#include "src/net/tls_context.h"

#include <string>

#include <absl/strings/str_cat.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace spanhold::net {
namespace {

template <typename T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using X509Ptr = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPtr = std::unique_ptr<BIO, BioDeleter>;

// `what` is a file or "ca_pem".
Status OpenSslError(const std::string& what) {
  const uint64_t code = ERR_get_error();
  ERR_clear_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return absl::InvalidArgumentError(
      absl::StrCat("tls: ", what, ": ", reason == nullptr ? "cannot be read" : reason));
}

BioPtr MemoryBio(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

int MinVersion(const std::string& version) {
  return version == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION;
}

Status AddAuthorities(const config::TlsClientConfig& config, SSL_CTX* context) {
  if (!config.ca_file.empty()) {
    return SSL_CTX_load_verify_locations(context, config.ca_file.c_str(), nullptr) == 1
               ? absl::OkStatus()
               : OpenSslError(config.ca_file);
  }
  if (config.ca_pem.empty()) {
    return SSL_CTX_set_default_verify_paths(context) == 1 ? absl::OkStatus()
                                                          : OpenSslError("the system's CAs");
  }
  const BioPtr bio = MemoryBio(config.ca_pem);
  int count = 0;
  while (const X509Ptr certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
    ++count;
  }
  if (count == 0) {
    return OpenSslError("ca_pem");
  }
  ERR_clear_error();  // the end of the last certificate is an error to OpenSSL
  return absl::OkStatus();
}

// The chain: the first certificate is the client's own.
Status UseCertificatePem(const std::string& pem, SSL_CTX* context) {
  const BioPtr bio = MemoryBio(pem);
  const X509Ptr own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) {
    return OpenSslError("cert_pem");
  }
  while (X509Ptr issuer{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    SSL_CTX_add0_chain_cert(context, issuer.release());
  }
  ERR_clear_error();
  return absl::OkStatus();
}

Status UseOwnCertificate(const config::TlsClientConfig& config, SSL_CTX* context) {
  if (!config.cert_file.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context, config.cert_file.c_str()) != 1) {
      return OpenSslError(config.cert_file);
    }
  } else if (!config.cert_pem.empty()) {
    SPANHOLD_RETURN_IF_ERROR(UseCertificatePem(config.cert_pem, context));
  }
  if (!config.key_file.empty()) {
    if (SSL_CTX_use_PrivateKey_file(context, config.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      return OpenSslError(config.key_file);
    }
  } else if (!config.key_pem.empty()) {
    const BioPtr bio = MemoryBio(config.key_pem);
    const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
      return OpenSslError("key_pem");
    }
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<TlsContext> MakeTlsClientContext(const config::TlsClientConfig& config) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), MinVersion(config.min_version));
  SSL_CTX_set_verify(context.get(), config.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
                     nullptr);
  SPANHOLD_RETURN_IF_ERROR(AddAuthorities(config, context.get()));
  SPANHOLD_RETURN_IF_ERROR(UseOwnCertificate(config, context.get()));
  return context;
}

}  // namespace spanhold::net
