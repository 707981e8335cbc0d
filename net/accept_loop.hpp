#pragma once

// Takes one connection after the other from a port that has a thread of its own: the admin endpoint and the port
// between nodes. The MCP endpoint has listener.hpp, which counts, drains and moves.

#include <functional>

#include "troupe/net/socket.hpp"

namespace troupe::net {

class accept_loop {
public:
  using on_accepted = std::function<void(stream_socket)>;

  /// Binds and listens; `loop` outlives it and has one thread. Throws boost::system::system_error.
  accept_loop(asio::io_context& loop, const tcp::endpoint& where, int backlog);

  /// Once, on the loop's thread or before it runs. `accepted` runs on that thread.
  void start(on_accepted accepted);

  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

private:
  void wait();
  void accept_one();

  asio::io_context& loop_;
  tcp family_;
  tcp_acceptor acceptor_;
  steady_timer pause_;
  on_accepted accepted_;
};

} // namespace troupe::net
