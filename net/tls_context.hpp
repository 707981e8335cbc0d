#pragma once

// What every TLS connection of a node starts from: certificate, key, which clients are believed,
// which ciphers are spoken. Immutable and shared by all threads; a reload makes another one, and
// connections keep the one they began with. Flow: listener → tls_session.

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

struct ssl_ctx_st;

namespace troupe::net {

/// Whether clients show a certificate.
enum class client_certificates : std::uint8_t {
  none,     ///< they are not asked
  optional, ///< they are asked; a wrong one is refused
  required, ///< without a good one there is no connection
};

enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

struct tls_options {
  std::string certificate_file; ///< PEM: the server's certificate, then its issuers; empty: no TLS
  std::string key_file;         ///< PEM, without a pass phrase
  std::string client_ca_file;   ///< PEM: who may issue clients' certificates
  client_certificates clients = client_certificates::none;
  tls_version min_version = tls_version::tls_1_2;
};

/// What is wrong with one of the files, for a person.
struct tls_problem {
  std::string setting; ///< as in the configuration: "tls.key_file"
  std::string reason;
};

class tls_context {
public:
  using result = std::variant<std::shared_ptr<const tls_context>, tls_problem>;

  /// Reads the files. Speaks TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only,
  /// and HTTP/1.1 within.
  static result load(const tls_options& options);

  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  /// What works but should be looked at: a certificate out of date, a key that others may read.
  const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  /// The certificate in a few words, for the log: subject and the end of its validity.
  const std::string& about() const noexcept { return about_; }

  ssl_ctx_st* native_handle() const noexcept { return handle_.get(); }

private:
  tls_context();
  struct deleter {
    void operator()(ssl_ctx_st* handle) const noexcept;
  };
  friend class tls_loader;

  std::unique_ptr<ssl_ctx_st, deleter> handle_;
  std::vector<std::string> warnings_;
  std::string about_;
};

using tls_context_ptr = std::shared_ptr<const tls_context>;

} // namespace troupe::net
