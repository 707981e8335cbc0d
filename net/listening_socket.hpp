#pragma once

// Opening a port, for the MCP endpoint and the admin endpoint.

#include "troupe/net/socket.hpp"

namespace troupe::net {

enum class port_sharing : bool { exclusive, shared };

/// Binds without listening: nobody can connect. Throws boost::system::system_error, address_in_use if
/// somebody listens there.
tcp_acceptor bind_socket(asio::io_context& loop, const tcp::endpoint& where, port_sharing sharing);

/// Binds and listens. `shared`: other sockets may be bound to the same port in this way, and the
/// kernel spreads connections over them (SO_REUSEPORT). Accepted sockets inherit TCP_NODELAY.
/// Throws boost::system::system_error.
tcp_acceptor open_listening_socket(asio::io_context& loop, const tcp::endpoint& where, int backlog,
                                   port_sharing sharing);

/// Takes the next connection from the backlog without waiting for one: `would_block` if there is
/// none. `family` is that of the listening address. The new socket does not survive exec().
stream_socket accept_now(tcp_acceptor& from, const tcp& family, asio::io_context& loop,
                         error_code& error);
stream_socket accept_now(stream_acceptor& from, const asio::generic::stream_protocol& family,
                         asio::io_context& loop, error_code& error);

/// From now on the system ignores who wants to connect to this TCP port, as if the packet were lost; those that
/// have begun go on. Closing a port cuts off who has connected and was not accepted; this makes a moment in which
/// there is no such client. False if the system does not know how.
bool drop_new_handshakes(stream_acceptor& listening) noexcept;

} // namespace troupe::net
