#pragma once

// The bytes of two descriptors, one to read and one to write: byte_stream for standard input and
// output, which may be pipes, sockets, terminals or files. A file is always ready, which epoll has no
// word for.

#include <cstddef>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "troupe/net/socket.hpp"

namespace troupe::net {

class stdio_stream {
public:
  /// Takes both descriptors over, which are distinct and do not block.
  stdio_stream(asio::io_context& loop, int in, int out);

  void make_non_blocking(error_code& error) { error = {}; }

  template<class Handler>
  void wait_read(Handler&& handler) {
    wait(in_, descriptor::wait_read, std::forward<Handler>(handler));
  }
  template<class Handler>
  void wait_write(Handler&& handler) {
    wait(out_, descriptor::wait_write, std::forward<Handler>(handler));
  }
  /// Calls `handler(error_code)` once nobody can read any more what would be written; never if there
  /// is no telling.
  template<class Handler>
  void wait_lost(Handler&& handler) {
    if (out_.can_wait)
      out_.file.async_wait(descriptor::wait_error, std::forward<Handler>(handler));
  }

  std::size_t read(asio::mutable_buffer into, error_code& error);
  std::size_t write(asio::const_buffer from, error_code& error);
  std::size_t write(const std::vector<asio::const_buffer>& from, error_code& error);
  void shutdown_send() noexcept { close_end(out_); }
  void close() noexcept;

private:
  using descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

  struct end {
    descriptor file;
    bool is_socket = false;
    bool can_wait = true;
  };

  template<class Handler>
  void wait(end& which, descriptor::wait_type what, Handler&& handler) {
    if (which.can_wait)
      which.file.async_wait(what, std::forward<Handler>(handler));
    else
      asio::post(which.file.get_executor(),
                 [handler = std::forward<Handler>(handler)]() mutable { handler(error_code{}); });
  }
  static end make_end(asio::io_context& loop, int handle);
  static void close_end(end& which) noexcept;

  end in_;
  end out_;
};

} // namespace troupe::net
