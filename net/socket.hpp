#pragma once

// The socket of a connection. Its executor is the loop itself and not "any executor": that halves
// the object and saves an indirect call and an allocation for each operation.

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace troupe::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

using tcp_socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

} // namespace troupe::net
