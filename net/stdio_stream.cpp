#include "troupe/net/stdio_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <boost/asio/error.hpp>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace troupe::net {

namespace {

/// Pieces that one call writes.
constexpr std::size_t max_pieces = 16;

bool is_socket(int handle) {
  struct stat about {};
  return ::fstat(handle, &about) == 0 && S_ISSOCK(about.st_mode);
}

/// Regular files and some devices have no readiness to wait for.
bool can_be_waited_for(int handle) {
  const int probe = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  const bool refused = ::epoll_ctl(probe, EPOLL_CTL_ADD, handle, &event) != 0 && errno == EPERM;
  ::close(probe);
  return !refused;
}

void set(error_code& error) {
  error.assign(errno, boost::system::system_category());
}

} // namespace

stdio_stream::stdio_stream(asio::io_context& loop, int in, int out)
    : in_(make_end(loop, in)), out_(make_end(loop, out)) {}

stdio_stream::end stdio_stream::make_end(asio::io_context& loop, int handle) {
  return {descriptor{loop, handle}, is_socket(handle), can_be_waited_for(handle)};
}

std::size_t stdio_stream::read(asio::mutable_buffer into, error_code& error) {
  const int from = in_.file.native_handle();
  ssize_t size = 0;
  do
    size = in_.is_socket ? ::recv(from, into.data(), into.size(), MSG_DONTWAIT)
                         : ::read(from, into.data(), into.size());
  while (size < 0 && errno == EINTR);
  if (size < 0)
    set(error);
  else if (size == 0)
    error = asio::error::eof;
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

std::size_t stdio_stream::write(asio::const_buffer from, error_code& error) {
  return write(std::vector<asio::const_buffer>{from}, error);
}

std::size_t stdio_stream::write(const std::vector<asio::const_buffer>& from, error_code& error) {
  std::array<iovec, max_pieces> pieces;
  const auto count = std::min(from.size(), pieces.size());
  for (std::size_t i = 0; i < count; ++i) // writing does not touch what it is given
    pieces[i] = {const_cast<void*>(from[i].data()), from[i].size()};
  const int to = out_.file.native_handle();
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = count;
  ssize_t size = 0;
  do
    size = out_.is_socket ? ::sendmsg(to, &message, MSG_DONTWAIT | MSG_NOSIGNAL)
                          : ::writev(to, pieces.data(), static_cast<int>(count));
  while (size < 0 && errno == EINTR);
  if (size < 0)
    set(error);
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

void stdio_stream::close_end(end& which) noexcept {
  error_code ignored;
  which.file.close(ignored);
}

void stdio_stream::close() noexcept {
  close_end(in_);
  close_end(out_);
}

} // namespace troupe::net
