#pragma once

// The bytes of one connection, in both directions, without ever blocking: of the socket, or of TLS on
// it. Whoever reads and writes waits until that is worth a try, tries, and is told `would_block` when
// it was not.
//
// What TLS asks of its user: while is_handshaking(), only handshake() may be tried; where a read
// would be waited for and wants_write() is true, it must wait for a write instead and then read; the
// write behind a would_block must begin with the same bytes.

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "troupe/net/socket.hpp"
#include "troupe/net/tls_session.hpp"

namespace troupe::net {

/// A byte_stream between two loops: nobody waits for it, and its bytes stay in the socket. Closes it.
class detached_stream {
public:
  detached_stream(int socket, asio::generic::stream_protocol family,
                  std::unique_ptr<tls_session> tls) noexcept
      : socket_(socket), family_(family), tls_(std::move(tls)) {}
  detached_stream(detached_stream&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        family_(other.family_),
        tls_(std::move(other.tls_)) {}
  detached_stream& operator=(detached_stream&&) = delete;
  ~detached_stream();

private:
  friend class byte_stream;

  int socket_;
  asio::generic::stream_protocol family_;
  std::unique_ptr<tls_session> tls_;
};

class byte_stream {
public:
  using wait_type = stream_socket::wait_type;

  /// With `tls`, which is on this socket, a handshake comes first.
  explicit byte_stream(stream_socket socket, std::unique_ptr<tls_session> tls = nullptr) noexcept
      : socket_(std::move(socket)), tls_(std::move(tls)) {}

  /// Takes the stream off its loop, on the thread of which nobody may be waiting for it.
  detached_stream detach(error_code& error);
  /// Puts it on this one's loop, in place of the stream that was detached here. On an error it stays as it was.
  void attach(detached_stream& from, error_code& error);

  /// To be called once, before anything else.
  void make_non_blocking(error_code& error) { socket_.non_blocking(true, error); }

  /// Calls `handler(error_code)` once, from the loop, when a read or a write may get on.
  template<class Handler>
  void wait_read(Handler&& handler) {
    if (tls_ && tls_->has_input())
      asio::post(socket_.get_executor(),
                 [handler = std::forward<Handler>(handler)]() mutable { handler(error_code{}); });
    else
      socket_.async_wait(stream_socket::wait_read, std::forward<Handler>(handler));
  }
  template<class Handler>
  void wait_write(Handler&& handler) {
    socket_.async_wait(stream_socket::wait_write, std::forward<Handler>(handler));
  }

  /// Calls `handler(error_code)` once, when nobody can read any more what would be written. Of use in
  /// the Unix domain only, where that shows at once.
  template<class Handler>
  void wait_lost(Handler&& handler) {
    socket_.async_wait(stream_socket::wait_error, std::forward<Handler>(handler));
  }

  bool is_tls() const noexcept { return tls_ != nullptr; }
  bool is_handshaking() const noexcept { return tls_ && tls_->is_handshaking(); }
  /// Whether a read waits for the socket to take bytes.
  bool wants_write() const noexcept { return tls_ && tls_->wants_write(); }
  /// Only while is_handshaking(): no error when it is over; see tls_session.
  void handshake(error_code& error) { tls_->handshake(error); }
  /// Why TLS failed, for the log.
  std::string tls_failure() const { return tls_ ? tls_->failure() : std::string{}; }
  /// From here on the bytes of the socket: after a handshake that failed, for a last word.
  void leave_tls() noexcept { tls_ = nullptr; }

  /// At least one byte, or an error: would_block, eof, or the end of the connection.
  std::size_t read(asio::mutable_buffer into, error_code& error) {
    return tls_ ? tls_->read(into, error) : socket_.read_some(into, error);
  }
  /// As many bytes as are taken at once.
  std::size_t write(asio::const_buffer from, error_code& error) {
    return tls_ ? tls_->write({&from, 1}, error) : socket_.write_some(from, error);
  }
  std::size_t write(const std::vector<asio::const_buffer>& from, error_code& error) {
    return tls_ ? tls_->write(from, error) : socket_.write_some(from, error);
  }

  /// What a read would find, without taking it: no error if there are bytes.
  void probe(error_code& error) {
    if (tls_) {
      tls_->probe(error);
      return;
    }
    char byte = 0;
    socket_.receive(asio::buffer(&byte, 1), stream_socket::message_peek, error);
  }

  /// Tells a peer that speaks TLS that what it has got is all; to be called before close() unless
  /// something was cut off. Without TLS, the end of the connection says it.
  void say_end() noexcept {
    if (tls_)
      tls_->say_end();
  }
  /// Tells the peer that nothing more will come.
  void shutdown_send() noexcept {
    say_end();
    error_code ignored;
    socket_.shutdown(stream_socket::shutdown_send, ignored);
  }
  void close() noexcept {
    tls_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
  }

private:
  stream_socket socket_;
  std::unique_ptr<tls_session> tls_; ///< null for a connection without
};

} // namespace troupe::net
