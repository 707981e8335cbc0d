#pragma once

// Accepts connections for one I/O thread. Every thread has a listener of its own on the same port
// (SO_REUSEPORT), so the kernel spreads connections and no thread hands a socket to another.
// A slot of limit::connections is taken before a socket is; without one, accepting waits for the
// registry's word, and if that is "no", the peer is told so with 503. Flow: → connection.hpp.

#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "troupe/net/connection_context.hpp"
#include "troupe/net/socket.hpp"

namespace troupe::net {

class listener;
using listener_ptr = std::shared_ptr<listener>;

class listener {
public:
  /// Opens and binds; does not accept yet. Port 0: the system picks one, endpoint() tells which, and
  /// the other threads' listeners must be given that. Throws boost::system::system_error if the
  /// address cannot be bound (in use, not permitted, not of this machine).
  static listener_ptr open(connection_context_ptr context, const tcp::endpoint& where,
                           const listener_options& options);

  /// Throws boost::system::system_error if another process listens there. SO_REUSEPORT would let a
  /// second server of the same user share the port unnoticed; to be asked before the first open().
  static void require_free(const tcp::endpoint& where);

  virtual ~listener() = default;

  /// The address with the port in use.
  virtual tcp::endpoint endpoint() const = 0;
  /// Starts to accept. On the thread of the context, like stop().
  virtual void start() = 0;
  /// Closes the port; connections that were accepted live on. For good.
  virtual void stop() = 0;
};

} // namespace troupe::net
