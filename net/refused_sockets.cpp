#include "troupe/net/refused_sockets.hpp"

#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace troupe::net {

void refused_sockets::refuse(stream_socket socket, std::string_view answer, time_point now) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(answer), ignored); // an empty send buffer takes this much
  socket.shutdown(stream_socket::shutdown_send, ignored);
  if (kept_.size() == max_kept)
    close_first();
  kept_.push_back({std::move(socket), now});
}

void refused_sockets::prune(time_point now) {
  while (!kept_.empty() && kept_.front().since + keep_for <= now)
    close_first();
}

void refused_sockets::close_first() {
  // What is unread would turn the close into a reset.
  std::array<char, 16 * 1024> dropped;
  error_code ignored;
  kept_.front().socket.read_some(asio::buffer(dropped), ignored);
  kept_.pop_front();
}

} // namespace troupe::net
