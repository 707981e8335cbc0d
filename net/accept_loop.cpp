#include "troupe/net/accept_loop.hpp"

#include <chrono>
#include <utility>

#include "troupe/net/listening_socket.hpp"

namespace troupe::net {

accept_loop::accept_loop(asio::io_context& loop, const tcp::endpoint& where, int backlog)
    : loop_(loop),
      family_(where.protocol()),
      acceptor_(open_listening_socket(loop, where, backlog, port_sharing::exclusive)),
      pause_(loop) {}

void accept_loop::start(on_accepted accepted) {
  accepted_ = std::move(accepted);
  wait();
}

void accept_loop::wait() {
  acceptor_.async_wait(tcp_acceptor::wait_read, [this](error_code error) {
    if (!error)
      accept_one();
  });
}

void accept_loop::accept_one() {
  error_code error;
  auto socket = accept_now(acceptor_, family_, loop_, error);
  if (!error)
    accepted_(std::move(socket));
  if (!error || error == asio::error::would_block) {
    wait();
    return;
  }
  // Mostly no descriptor is left: the backlog stays readable, so a pause avoids a busy loop.
  pause_.expires_after(std::chrono::milliseconds{100});
  pause_.async_wait([this](error_code stopped) {
    if (!stopped)
      accept_one();
  });
}

} // namespace troupe::net
