#include "troupe/net/tls_session.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include <boost/asio/error.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "troupe/net/tls_context.hpp"

namespace troupe::net {

// What TLS adds to an idle connection is nearly all OpenSSL's (docs/decisions/0015-memory.md).
static_assert(sizeof(tls_session) <= 48);

namespace {

// -- the socket as OpenSSL sees it --------------------------------------------------------------------

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

int read_socket(BIO* bio, char* into, int size) {
  BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY | BIO_FLAGS_IN_EOF);
  ssize_t result = 0;
  do
    result = ::recv(socket_of(bio), into, static_cast<std::size_t>(size), 0);
  while (result < 0 && errno == EINTR);
  if (result < 0 && would_block())
    BIO_set_retry_read(bio);
  if (result == 0)
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(result);
}

int write_socket(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t result = 0;
  do // without MSG_NOSIGNAL, a peer that went away would end the process
    result = ::send(socket_of(bio), from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);
  if (result < 0 && would_block())
    BIO_set_retry_write(bio);
  return static_cast<int>(result);
}

long control_socket(BIO* bio, int command, long, void*) {
  switch (command) {
  case BIO_CTRL_FLUSH:
    return 1;
  case BIO_CTRL_EOF:
    return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  default:
    return 0;
  }
}

struct method_deleter {
  void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};

BIO* make_bio(int socket) {
  static const std::unique_ptr<BIO_METHOD, method_deleter> method{[] {
    auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "troupe socket");
    if (!made)
      throw std::bad_alloc{};
    BIO_meth_set_read(made, read_socket);
    BIO_meth_set_write(made, write_socket);
    BIO_meth_set_ctrl(made, control_socket);
    return made;
  }()};
  auto* const bio = BIO_new(method.get());
  if (!bio)
    throw std::bad_alloc{};
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

// -- errors -------------------------------------------------------------------------------------------

/// What was left on the thread by another use of OpenSSL must not be taken for an error of this one.
void forget_errors() {
  ERR_clear_error();
  errno = 0;
}

// -- pieces -------------------------------------------------------------------------------------------

/// A sequence of buffers as one row of bytes, taken a record at a time. What the next record holds
/// depends only on the bytes in front, not on the buffers they are in: a write that is tried again
/// makes the same record, or a longer one.
class row {
public:
  explicit row(std::span<const asio::const_buffer> buffers) : rest_(buffers) { skip(0); }

  bool empty() const { return rest_.empty(); }

  /// Up to tls_session::record_bytes; valid until the next call on this thread.
  asio::const_buffer next() const {
    const auto first = asio::buffer(rest_.front() + done_, tls_session::record_bytes);
    if (first.size() == tls_session::record_bytes || rest_.size() == 1)
      return first;
    thread_local std::array<char, tls_session::record_bytes> joined;
    auto size = asio::buffer_copy(asio::buffer(joined), first);
    for (const auto& each : rest_.subspan(1))
      size += asio::buffer_copy(asio::buffer(joined) + size, each);
    return asio::buffer(joined, size);
  }

  void skip(std::size_t count) {
    done_ += count;
    while (!rest_.empty() && done_ >= rest_.front().size()) {
      done_ -= rest_.front().size();
      rest_ = rest_.subspan(1);
    }
  }

private:
  std::span<const asio::const_buffer> rest_;
  std::size_t done_ = 0; ///< of the first buffer
};

} // namespace

void tls_session::deleter::operator()(ssl_st* ssl) const noexcept {
  SSL_free(ssl);
}

tls_session::tls_session(const tls_context& context, int socket, side which)
    : ssl_(SSL_new(context.native_handle())) {
  if (!ssl_)
    throw std::bad_alloc{};
  auto* const bio = make_bio(socket);
  SSL_set_bio(ssl_.get(), bio, bio);
  if (which == side::serving)
    SSL_set_accept_state(ssl_.get());
  else
    SSL_set_connect_state(ssl_.get());
}

void tls_session::handshake(error_code& error) {
  forget_errors();
  const auto result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    handshaking_ = starved_ = wants_write_ = false;
    error.clear();
  } else {
    error = error_of_read(result);
  }
}

std::size_t tls_session::read(asio::mutable_buffer into, error_code& error) {
  error = std::exchange(kept_, {});
  std::size_t done = 0;
  if (error || into.size() == 0)
    return done;
  do {
    forget_errors();
    std::size_t size = 0;
    const auto result =
        SSL_read_ex(ssl_.get(), static_cast<char*>(into.data()) + done, into.size() - done, &size);
    if (result != 1) {
      error = error_of_read(result);
      break;
    }
    starved_ = wants_write_ = false;
    done += size;
  } while (done < into.size() && SSL_has_pending(ssl_.get()) == 1);
  if (done > 0 && error) {
    if (!is_would_block(error))
      kept_ = error;
    error.clear();
  }
  return done;
}

std::size_t tls_session::write(std::span<const asio::const_buffer> from, error_code& error) {
  error.clear();
  std::size_t done = 0;
  for (row bytes{from}; !bytes.empty();) {
    if (failed_) {
      error = asio::error::connection_aborted;
      break;
    }
    const auto piece = bytes.next();
    forget_errors();
    std::size_t size = 0;
    const auto result = SSL_write_ex(ssl_.get(), piece.data(), piece.size(), &size);
    if (result != 1) {
      error = error_of(result);
      // Only a renegotiation would make a write wait for the peer, and there is none.
      if (is_would_block(error) && SSL_want_read(ssl_.get()))
        error = asio::error::connection_aborted;
      break;
    }
    done += size;
    bytes.skip(size);
  }
  if (done > 0 && is_would_block(error))
    error.clear();
  return done;
}

void tls_session::probe(error_code& error) {
  error = kept_;
  if (error)
    return;
  forget_errors();
  char byte = 0;
  std::size_t size = 0;
  const auto result = SSL_peek_ex(ssl_.get(), &byte, 1, &size);
  if (result == 1)
    starved_ = wants_write_ = false;
  else
    error = error_of_read(result);
}

bool tls_session::has_input() const noexcept {
  return kept_ || (!starved_ && SSL_has_pending(ssl_.get()) == 1);
}

void tls_session::say_end() noexcept {
  if (handshaking_ || failed_ || (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0)
    return;
  forget_errors();
  SSL_shutdown(ssl_.get());
}

std::string tls_session::binding(std::string_view label) const {
  std::array<unsigned char, 32> bytes{};
  if (handshaking_ || SSL_export_keying_material(ssl_.get(), bytes.data(), bytes.size(),
                                                 label.data(), label.size(), nullptr, 0, 0) != 1)
    return {};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string tls_session::failure() const {
  const auto* const text = ERR_reason_error_string(reason_);
  return text ? text : "no reason is known";
}

error_code tls_session::error_of_read(int result) {
  const auto error = error_of(result);
  const bool blocked = is_would_block(error);
  wants_write_ = blocked && SSL_want_write(ssl_.get());
  starved_ = blocked && !wants_write_;
  return error;
}

error_code tls_session::error_of(int result) {
  const auto system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    return asio::error::would_block;
  case SSL_ERROR_ZERO_RETURN:
    return asio::error::eof;
  case SSL_ERROR_SYSCALL:
    failed_ = true;
    if (system_error != 0)
      return {system_error, boost::system::system_category()};
    return asio::error::eof;
  default:
    failed_ = true;
    reason_ = ERR_peek_last_error();
    if (ERR_GET_LIB(reason_) == ERR_LIB_SSL && ERR_GET_REASON(reason_) == SSL_R_HTTP_REQUEST)
      return tls_error::plain_http;
    return tls_error::protocol;
  }
}

} // namespace troupe::net
