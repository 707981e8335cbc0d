#pragma once

// TLS for connection_fixture.hpp: certificates made on the spot, and a client that is OpenSSL between
// two memory buffers, so that each byte on the socket passes through the test's hands.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tests/net/connection_fixture.hpp"
#include "tests/supervision/temporary_folder.hpp"
#include "troupe/net/tls_context.hpp"
#include "troupe/net/tls_session.hpp"

namespace troupe::test {

template<auto Free>
struct freed_by {
  template<class T>
  void operator()(T* what) const noexcept {
    Free(what);
  }
};
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;

/// A certificate and its key; issued by itself, or by another identity.
class identity {
public:
  /// Days from now.
  struct validity {
    int from = -1;
    int until = 30;
  };

  explicit identity(const std::string& name, const identity* issuer = nullptr)
      : identity(name, validity{}, issuer) {}
  identity(const std::string& name, validity when, const identity* issuer = nullptr)
      : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")), certificate_(X509_new()) {
    auto* const x509 = certificate_.get();
    static long serial = 0;
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x509), when.from * 86'400L);
    X509_gmtime_adj(X509_getm_notAfter(x509), when.until * 86'400L);
    X509_set_pubkey(x509, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    const auto& by = issuer ? *issuer : *this;
    X509_set_issuer_name(x509, X509_get_subject_name(by.certificate_.get()));
    auto* const basic = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints,
                                            issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    X509_add_ext(x509, basic, -1);
    X509_EXTENSION_free(basic);
    X509_sign(x509, by.key_.get(), EVP_sha256());
  }

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }

  std::string certificate_pem() const {
    const bio_ptr out{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(out.get(), certificate_.get());
    return text(out.get());
  }
  std::string key_pem(const char* pass_phrase = nullptr) const {
    const bio_ptr out{BIO_new(BIO_s_mem())};
    PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), pass_phrase ? EVP_aes_256_cbc() : nullptr,
                                  pass_phrase, pass_phrase ? 4 : 0, nullptr, nullptr);
    return text(out.get());
  }

private:
  static std::string text(BIO* from) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(from, &data);
    return {data, static_cast<std::size_t>(size)};
  }

  key_ptr key_;
  x509_ptr certificate_;
};

/// How a client differs from the usual one.
struct client_rules {
  int version = TLS1_3_VERSION;
  std::string alpn; ///< as on the wire: a length, a name, …
  const identity* own = nullptr;
};

/// A client of TLS over `peer`; everything that happens on the server's side is up to `settle`.
class tls_client {
public:
  tls_client(peer socket, const client_rules& rules)
      : socket(std::move(socket)), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), rules.version);
    SSL_CTX_set_max_proto_version(context_.get(), rules.version);
    if (rules.own) {
      SSL_CTX_use_certificate(context_.get(), rules.own->certificate());
      SSL_CTX_use_PrivateKey(context_.get(), rules.own->key());
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (!rules.alpn.empty())
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(rules.alpn.data()),
                          static_cast<unsigned>(rules.alpn.size()));
    SSL_set_connect_state(ssl_.get());
  }

  /// One step of the handshake, with what has arrived; true when it is over.
  bool shake_hands() {
    take_in();
    return note(SSL_do_handshake(ssl_.get())) == 1;
  }
  /// Makes records of it, which go out with take_out().
  void write(std::string_view plain) {
    note(SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size())));
  }
  /// What has arrived, decrypted.
  std::string read() {
    take_in();
    std::string result;
    std::string part(16 * 1024, '\0');
    for (;;) {
      const auto size = note(SSL_read(ssl_.get(), part.data(), static_cast<int>(part.size())));
      if (size <= 0)
        return result;
      result.append(part, 0, static_cast<std::size_t>(size));
    }
  }
  void update_keys() { SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED); }
  void say_end() { SSL_shutdown(ssl_.get()); }

  /// The bytes that are to be sent.
  std::string take_out() {
    std::string result(BIO_ctrl_pending(SSL_get_wbio(ssl_.get())), '\0');
    if (!result.empty())
      BIO_read(SSL_get_wbio(ssl_.get()), result.data(), static_cast<int>(result.size()));
    return result;
  }
  void take_in(std::size_t at_least = std::string::npos) {
    const auto bytes = socket.receive(at_least);
    received += bytes.size();
    if (!bytes.empty())
      BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  }

  bool was_told_the_end() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0 && alert == 0;
  }
  std::string alpn() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }

  peer socket;
  int alert = 0; ///< the reason of what went wrong last: SSL_R_…
  std::size_t received = 0;

private:
  int note(int result) {
    if (result <= 0 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_SSL)
      alert = ERR_GET_REASON(ERR_peek_last_error());
    ERR_clear_error();
    return result;
  }

  ssl_ctx_ptr context_;
  ssl_ptr ssl_;
};

class tls_fixture : public connection_fixture {
public:
  net::tls_options tls_options() const {
    net::tls_options result;
    result.certificate_file = folder.write("server.pem", server.certificate_pem());
    result.key_file = folder.write("server.key", server.key_pem());
    chmod(result.key_file.c_str(), 0600);
    return result;
  }

  void use(const net::tls_options& options) {
    auto loaded = net::tls_context::load(options);
    CAF_REQUIRE(std::holds_alternative<net::tls_context_ptr>(loaded));
    tls = std::get<net::tls_context_ptr>(std::move(loaded));
  }

  /// A new connection whose server side waits for a handshake. `send_buffer`: of the server's socket.
  tls_client connect_tls(const client_rules& rules = {}, int send_buffer = 0) {
    if (!tls)
      use(tls_options());
    std::array<int, 2> ends{};
    CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    CAF_REQUIRE(state->limits.try_acquire(limit::connections));
    if (send_buffer > 0)
      ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    net::stream_socket served{loop, local_stream, ends[0]};
    auto session = std::make_unique<net::tls_session>(*tls, ends[0]);
    connections.push_back(
        net::spawn_connection(context, net::byte_stream{std::move(served), std::move(session)}));
    settle();
    return {peer{net::stream_socket{loop, local_stream, ends[1]}}, rules};
  }

  void flush(tls_client& client) {
    client.socket.send(client.take_out());
    settle();
  }

  /// True if both sides finished.
  bool shake_hands(tls_client& client) {
    bool done = false;
    for (int i = 0; i < 10 && !done && !client.socket.ended; ++i) {
      done = client.shake_hands();
      flush(client);
    }
    return done;
  }

  /// A connection after its handshake.
  tls_client connect_over_tls(const client_rules& rules = {}) {
    auto client = connect_tls(rules);
    CAF_REQUIRE(shake_hands(client));
    return client;
  }

  std::string exchange_tls(tls_client& client, std::string_view bytes) {
    client.write(bytes);
    flush(client);
    return client.read();
  }

  /// What the connection ended with, once it does.
  void check_end(net::connection_end why) { CAF_CHECK(observer.closed == std::vector{why}); }

  /// A stream of the session's over TLS.
  void open_stream(tls_client& client) {
    exchange_tls(client, request("GET", "Accept: text/event-stream\r\n" + session_header()));
    CAF_REQUIRE(!log->streams.empty());
    answer(log->streams.back().transport, stream_begin{log->streams.back().exchange, {}});
  }
  void event(std::string json) {
    const auto& stream = log->streams.back();
    answer(stream.transport, stream_event{stream.exchange, "", make_frame(std::move(json))});
  }
  ~tls_fixture() override { log->streams.clear(); }

  temporary_folder folder;
  identity server{"localhost"};
  net::tls_context_ptr tls;
};

} // namespace troupe::test
