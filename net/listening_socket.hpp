#pragma once

// Opening a port, for the MCP endpoint and the admin endpoint.

#include "troupe/net/socket.hpp"

namespace troupe::net {

enum class port_sharing : bool { exclusive, shared };

/// Binds and listens. `shared`: other sockets may be bound to the same port in this way, and the
/// kernel spreads connections over them (SO_REUSEPORT). Accepted sockets inherit TCP_NODELAY.
/// Throws boost::system::system_error.
tcp_acceptor open_listening_socket(asio::io_context& loop, const tcp::endpoint& where, int backlog,
                                   port_sharing sharing);

/// Takes the next connection from the backlog without waiting for one: `would_block` if there is
/// none. `family` is that of the listening address. The new socket does not survive exec().
tcp_socket accept_now(tcp_acceptor& from, const tcp& family, asio::io_context& loop,
                      error_code& error);

} // namespace troupe::net
