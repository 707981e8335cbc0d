#include "troupe/net/listening_socket.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace troupe::net {

namespace {

void share_port(tcp_acceptor& acceptor) {
  const int on = 1;
  if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    throw boost::system::system_error{error_code{errno, boost::system::system_category()},
                                      "SO_REUSEPORT"};
}

} // namespace

tcp_acceptor open_listening_socket(asio::io_context& loop, const tcp::endpoint& where, int backlog,
                                   port_sharing sharing) {
  tcp_acceptor result{loop};
  result.open(where.protocol());
  result.set_option(tcp_acceptor::reuse_address{true});
  if (sharing == port_sharing::shared)
    share_port(result);
  result.set_option(tcp::no_delay{true});
  result.bind(where);
  result.listen(backlog);
  result.non_blocking(true);
  return result;
}

tcp_socket accept_now(tcp_acceptor& from, const tcp& family, asio::io_context& loop,
                      error_code& error) {
  tcp_socket result{loop};
  int handle = -1;
  do
    handle = ::accept4(from.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
  while (handle < 0 && errno == EINTR);
  if (handle < 0) {
    error.assign(errno, boost::system::system_category());
    return result;
  }
  result.assign(family, handle, error);
  if (error)
    ::close(handle);
  return result;
}

} // namespace troupe::net
