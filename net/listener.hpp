#pragma once

// Accepts connections for one I/O thread. Every thread has a listener of its own: on the same port
// (SO_REUSEPORT), so that the kernel spreads connections, or on the node's one Unix domain socket, so
// that whoever has time takes the next. Later an idle connection may come from another thread
// (moving_connection.hpp).
// A slot of limit::connections is taken before a socket is; without one, accepting waits for the
// registry's word, and if that is "no", the peer is told so, with 503 or a message; where TLS is
// spoken, it is just closed, because a handshake costs what the limit is there to save.
// Flow: → connection.hpp, message_connection.hpp.

#include <functional>
#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "troupe/net/connection_context.hpp"
#include "troupe/net/local_socket.hpp"
#include "troupe/net/moving_connection.hpp"
#include "troupe/net/socket.hpp"
#include "troupe/net/tls_context.hpp"

namespace troupe::net {

class listener;
using listener_ptr = std::shared_ptr<listener>;

class listener {
public:
  /// Opens and binds; does not accept yet. Port 0: the system picks one, endpoint() tells which, and
  /// the other threads' listeners must be given that. Throws boost::system::system_error if the
  /// address cannot be bound (in use, not permitted, not of this machine).
  /// `tls`: null for connections without.
  static listener_ptr open(connection_context_ptr context, const tcp::endpoint& where,
                           const listener_options& options, tls_context_ptr tls = nullptr);

  /// Messages as lines (line_port.hpp), from whoever connects to `socket`. Throws
  /// boost::system::system_error.
  static listener_ptr open(connection_context_ptr context, const local_socket_ptr& socket,
                           const listener_options& options);

  /// Throws boost::system::system_error if another process listens there. SO_REUSEPORT would let a
  /// second server of the same user share the port unnoticed; to be asked before the first open().
  static void require_free(const tcp::endpoint& where);

  virtual ~listener() = default;

  /// The address with the port in use; nothing of the kind for a Unix domain socket.
  virtual tcp::endpoint endpoint() const = 0;
  /// Starts to accept. On the thread of the context, like stop().
  virtual void start() = 0;
  /// Serves it from now on, or sends it back if there is no slot for it at once. On the thread of the
  /// context.
  virtual void take(const connection_move& move) = 0;
  /// For connections that are accepted from now on. On the thread of the context.
  virtual void use_tls(tls_context_ptr tls) = 0;
  /// Closes the port so that nobody is cut off who has connected already: takes all who are in the queue (their
  /// requests are refused by a connection that drains), lets handshakes end that have begun, and begins no
  /// other. `then` is called when the port is closed, perhaps before this returns, and never after stop().
  virtual void drain(std::function<void()> then) = 0;
  /// Closes the port at once; connections that were accepted live on. For good.
  virtual void stop() = 0;
};

} // namespace troupe::net
