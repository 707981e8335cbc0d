#include "troupe/net/tls_context.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

namespace troupe::net {

namespace {

/// A chain has kilobytes; a bundle of every authority there is, some hundred.
constexpr std::size_t max_file_bytes = 1024 * 1024;

constexpr auto ciphers_1_2 = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                             "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                             "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr auto ciphers_1_3 =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
/// OpenSSL before 3.5 does not know the first one, which also holds against quantum computers.
constexpr auto groups_with_kyber = "X25519MLKEM768:X25519:P-256:P-384";
constexpr auto groups = "X25519:P-256:P-384";

template<auto Free>
struct free_by {
  template<class T>
  void operator()(T* what) const noexcept {
    Free(what);
  }
};
using bio_ptr = std::unique_ptr<BIO, free_by<BIO_free_all>>;
using x509_ptr = std::unique_ptr<X509, free_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, free_by<EVP_PKEY_free>>;

/// OpenSSL's words for what just went wrong; the errors are forgotten.
std::string take_reason() {
  const auto* const text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text ? text : "no reason is known";
}

/// The name of a certificate's owner, or the like, on one line.
std::string text_of(const X509_NAME* name) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string{text, static_cast<std::size_t>(size)} : "(no name)";
}

std::string text_of(const ASN1_TIME* time) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  ASN1_TIME_print(out.get(), time);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

int speak_http_1_1(SSL*, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned offered_size, void*) {
  constexpr std::string_view ours = "http/1.1";
  for (std::string_view rest{reinterpret_cast<const char*>(offered), offered_size};
       !rest.empty();) {
    const auto length = static_cast<unsigned char>(rest.front());
    const auto name = rest.substr(1, length);
    if (name == ours) {
      *chosen = reinterpret_cast<const unsigned char*>(name.data());
      *size = length;
      return SSL_TLSEXT_ERR_OK;
    }
    rest.remove_prefix(std::min<std::size_t>(rest.size(), 1u + length));
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL; // no_application_protocol
}

/// Nobody is there to type one.
int no_pass_phrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

} // namespace

/// Makes one context; the first thing that is wrong ends it.
class tls_loader {
public:
  explicit tls_loader(const tls_options& options) : options_(options), made_(new tls_context) {}

  tls_context::result load() {
    ERR_clear_error();
    set_rules();
    if (problem_ || !load_certificates() || !load_key() || !load_clients())
      return *std::move(problem_);
    return tls_context_ptr{std::move(made_)};
  }

private:
  SSL_CTX* handle() const { return made_->handle_.get(); }

  bool fail(std::string_view setting, const std::string& file, std::string_view reason) {
    problem_ = tls_problem{std::string{setting}, file + ": " + std::string{reason}};
    return false;
  }

  void set_rules() {
    auto* const to = handle();
    SSL_CTX_set_options(to, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Without buffers while there is nothing in them; a write of a part, from wherever the bytes are.
    SSL_CTX_set_mode(to, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                             SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(to, 1); // a record is one system call, not two
    // Sessions are resumed by tickets, which the clients keep; one each is enough.
    SSL_CTX_set_session_cache_mode(to, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(to, 1);
    constexpr std::array<unsigned char, 6> name{'t', 'r', 'o', 'u', 'p', 'e'};
    SSL_CTX_set_session_id_context(to, name.data(), name.size());
    SSL_CTX_set_alpn_select_cb(to, speak_http_1_1, nullptr);
    const auto least =
        options_.min_version == tls_version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    bool known = SSL_CTX_set_min_proto_version(to, least) == 1 &&
                 SSL_CTX_set_cipher_list(to, ciphers_1_2) == 1 &&
                 SSL_CTX_set_ciphersuites(to, ciphers_1_3) == 1;
    known = known && (use_groups(groups_with_kyber) || use_groups(groups));
    if (!known)
      fail("tls.certificate_file", "OpenSSL",
           "does not know the ciphers of TLS 1.2 and 1.3: " + take_reason());
    ERR_clear_error();
  }

  /// OpenSSL's macro wants text that it could write to.
  bool use_groups(std::string names) {
    return SSL_CTX_set1_groups_list(handle(), names.data()) == 1;
  }

  std::optional<std::string> read(std::string_view setting, const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      fail(setting, path, std::string{"cannot be read: "} + std::strerror(errno));
      return {};
    }
    if (!S_ISREG(status.st_mode)) {
      fail(setting, path, "is no file");
      return {};
    }
    if (setting == "tls.key_file" && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      made_->warnings_.push_back("tls.key_file " + path +
                                 ": others than its owner may use it; chmod 600");
    std::ifstream file{path, std::ios::binary};
    std::string text(max_file_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.eof()) {
      const bool large = file.is_open() && !file.bad();
      fail(setting, path, large ? "is larger than 1 MiB" : "cannot be read; who may read it?");
      return {};
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
  }

  /// All certificates of a file; empty if it could not be read.
  std::vector<x509_ptr> read_certificates(std::string_view setting, const std::string& path) {
    std::vector<x509_ptr> result;
    const auto text = read(setting, path);
    if (!text)
      return result;
    const bio_ptr in{BIO_new_mem_buf(text->data(), static_cast<int>(text->size()))};
    while (x509_ptr one{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)})
      result.push_back(std::move(one));
    const auto end = ERR_peek_last_error();
    if (ERR_GET_LIB(end) != ERR_LIB_PEM || ERR_GET_REASON(end) != PEM_R_NO_START_LINE) {
      fail(setting, path,
           "certificate " + std::to_string(result.size() + 1) + " is broken: " + take_reason());
      result.clear();
    } else if (result.empty()) {
      fail(setting, path,
           "there is no certificate in it; expected PEM: -----BEGIN CERTIFICATE----- …");
    }
    ERR_clear_error();
    return result;
  }

  bool load_certificates() {
    constexpr std::string_view setting = "tls.certificate_file";
    const auto& path = options_.certificate_file;
    const auto chain = read_certificates(setting, path);
    if (chain.empty())
      return false;
    auto* const own = chain.front().get();
    if (SSL_CTX_use_certificate(handle(), own) != 1)
      return fail(setting, path, "the certificate cannot be used: " + take_reason());
    for (auto each = chain.begin() + 1; each != chain.end(); ++each)
      if (SSL_CTX_add1_chain_cert(handle(), each->get()) != 1)
        return fail(setting, path,
                    "certificate " + std::to_string(each - chain.begin() + 1) +
                        " cannot be used: " + take_reason());
    describe(own);
    return true;
  }

  void describe(X509* own) {
    const auto* const end = X509_get0_notAfter(own);
    made_->about_ = text_of(X509_get_subject_name(own)) + ", valid until " + text_of(end);
    const auto warn = [this](const std::string& what) {
      made_->warnings_.push_back("tls.certificate_file " + options_.certificate_file + ": " + what);
    };
    if (X509_cmp_current_time(end) < 0)
      warn("the certificate has expired on " + text_of(end) +
           ", and clients will refuse it; renew it and send SIGHUP");
    else if (X509_cmp_current_time(X509_get0_notBefore(own)) > 0)
      warn("the certificate is valid only from " + text_of(X509_get0_notBefore(own)) + " on");
  }

  bool load_key() {
    constexpr std::string_view setting = "tls.key_file";
    const auto& path = options_.key_file;
    const auto text = read(setting, path);
    if (!text)
      return false;
    const bio_ptr in{BIO_new_mem_buf(text->data(), static_cast<int>(text->size()))};
    bool encrypted = false;
    const key_ptr key{PEM_read_bio_PrivateKey(in.get(), nullptr, no_pass_phrase, &encrypted)};
    if (encrypted)
      return fail(setting, path,
                  "the key has a pass phrase, and nobody is there to type it; "
                  "take it off with openssl pkey");
    if (!key)
      return fail(setting, path,
                  "there is no usable private key in it; expected PEM: -----BEGIN PRIVATE KEY----- "
                  "… (OpenSSL: " +
                      take_reason() + ")");
    if (X509_check_private_key(SSL_CTX_get0_certificate(handle()), key.get()) != 1)
      return fail(setting, path,
                  "the key does not belong to the first certificate in " +
                      options_.certificate_file +
                      "; both must come from one request, and the server's own certificate first");
    if (SSL_CTX_use_PrivateKey(handle(), key.get()) != 1)
      return fail(setting, path, "the key cannot be used: " + take_reason());
    return true;
  }

  bool load_clients() {
    constexpr std::string_view setting = "tls.client_ca_file";
    if (options_.clients == client_certificates::none)
      return true;
    const auto& path = options_.client_ca_file;
    const auto trusted = read_certificates(setting, path);
    if (trusted.empty())
      return false;
    auto* const store = SSL_CTX_get_cert_store(handle());
    for (const auto& each : trusted)
      if (X509_STORE_add_cert(store, each.get()) != 1 ||
          SSL_CTX_add_client_CA(handle(), each.get()) != 1)
        return fail(setting, path, "a certificate cannot be used: " + take_reason());
    const bool required = options_.clients == client_certificates::required;
    SSL_CTX_set_verify(handle(), SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       nullptr);
    return true;
  }

  const tls_options& options_;
  std::shared_ptr<tls_context> made_;
  std::optional<tls_problem> problem_;
};

void tls_context::deleter::operator()(ssl_ctx_st* handle) const noexcept {
  SSL_CTX_free(handle);
}

tls_context::tls_context() : handle_(SSL_CTX_new(TLS_method())) {
  if (!handle_)
    throw std::bad_alloc{};
}

tls_context::result tls_context::load(const tls_options& options) {
  return tls_loader{options}.load();
}

} // namespace troupe::net
