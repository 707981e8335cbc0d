#pragma once

// TLS on one socket, without a buffer of its own: OpenSSL reads and writes the non-blocking socket
// directly, and gives its record buffers back whenever they are empty. Why not asio::ssl::stream
// stands in docs/decisions/0009-tls-on-the-socket.md. Owned by a byte_stream, which asks it instead of
// the socket.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>

#include "troupe/net/socket.hpp"

struct ssl_st;

namespace troupe::net {

class tls_context;

/// What only TLS can have against a peer, as codes that sockets do not give.
namespace tls_error {
/// What came is not TLS, or was refused, and an alert has said so; tls_session::failure() knows more.
inline const error_code protocol = make_error_code(boost::system::errc::protocol_error);
/// A request of HTTP came where TLS was expected.
inline const error_code plain_http = make_error_code(boost::system::errc::wrong_protocol_type);
} // namespace tls_error

class tls_session {
public:
  /// The bytes that one record carries at most, and that small pieces are put together to.
  static constexpr std::size_t record_bytes = 16 * 1024;

  /// The connecting side shows the context's certificate too, and checks the other's as the serving
  /// side checks clients'.
  enum class side : bool { serving, connecting };

  /// On a socket that is connected, and non-blocking by the first call. It stays the caller's, and open
  /// for as long as this object is used. Throws std::bad_alloc.
  tls_session(const tls_context& context, int socket, side which = side::serving);

  /// Goes on with the handshake; no error when it is over. would_block: wait until a read may get on,
  /// or a write if wants_write(). eof: the peer has given up.
  void handshake(error_code& error);
  bool is_handshaking() const noexcept { return handshaking_; }

  // -- after it; like those of a socket -----------------------------------------------------------

  /// `eof` also where the peer just closed: the protocol within knows whether a message is complete.
  std::size_t read(asio::mutable_buffer into, error_code& error);
  /// The next write after would_block must begin with the bytes that were tried, which are in a record
  /// already; it may go on with more.
  std::size_t write(std::span<const asio::const_buffer> from, error_code& error);
  void probe(error_code& error);

  /// Whether a read would find something without the socket.
  bool has_input() const noexcept;
  /// Whether what was read last can only get on when the socket takes bytes: the handshake, or an
  /// update of keys.
  bool wants_write() const noexcept { return wants_write_; }

  /// Tells the peer that all was said (close_notify). Never blocks; does nothing within a handshake
  /// or after an error.
  void say_end() noexcept;

  /// 32 bytes that only the two ends of this connection know (RFC 5705); empty within the handshake.
  std::string binding(std::string_view label) const;

  /// Why the last tls_error came, in the words of OpenSSL; for the log.
  std::string failure() const;

private:
  struct deleter {
    void operator()(ssl_st* ssl) const noexcept;
  };

  error_code error_of(int result);
  error_code error_of_read(int result);

  std::unique_ptr<ssl_st, deleter> ssl_;
  unsigned long reason_ = 0; ///< OpenSSL's code of what went wrong
  error_code kept_;          ///< an error found behind bytes that were read; for the next read
  bool handshaking_ = true;
  bool starved_ = false; ///< the last read found that the socket must bring more
  bool wants_write_ = false;
  bool failed_ = false;
};

} // namespace troupe::net
