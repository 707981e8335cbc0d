#include "troupe/net/listening_socket.hpp"

#include <cerrno>

#include <linux/filter.h>
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

tcp_acceptor bind_socket(asio::io_context& loop, const tcp::endpoint& where, port_sharing sharing) {
  tcp_acceptor result{loop};
  result.open(where.protocol());
  result.set_option(tcp_acceptor::reuse_address{true});
  if (sharing == port_sharing::shared)
    share_port(result);
  result.set_option(tcp::no_delay{true});
  result.bind(where);
  return result;
}

tcp_acceptor open_listening_socket(asio::io_context& loop, const tcp::endpoint& where, int backlog,
                                   port_sharing sharing) {
  auto result = bind_socket(loop, where, sharing);
  result.listen(backlog);
  result.non_blocking(true);
  return result;
}

namespace {

stream_socket accept_from(int listening, const asio::generic::stream_protocol& family,
                          asio::io_context& loop, error_code& error) {
  stream_socket result{loop};
  int handle = -1;
  do
    handle = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
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

} // namespace

stream_socket accept_now(tcp_acceptor& from, const tcp& family, asio::io_context& loop,
                         error_code& error) {
  return accept_from(from.native_handle(), family, loop, error);
}

stream_socket accept_now(stream_acceptor& from, const asio::generic::stream_protocol& family,
                         asio::io_context& loop, error_code& error) {
  return accept_from(from.native_handle(), family, loop, error);
}

bool drop_new_handshakes(stream_acceptor& listening) noexcept {
  // Byte 13 of a TCP header has the flags. SYN (2) without ACK (16) begins a handshake.
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),       BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
  };
  const sock_fprog filter{sizeof code / sizeof code[0], code};
  return ::setsockopt(listening.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &filter,
                      sizeof filter) == 0;
}

} // namespace troupe::net
