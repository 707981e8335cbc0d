#include "troupe/net/byte_stream.hpp"

#include <unistd.h>

namespace troupe::net {

detached_stream::~detached_stream() {
  tls_ = nullptr;
  if (socket_ != -1)
    ::close(socket_);
}

detached_stream byte_stream::detach(error_code& error) {
  const auto family = socket_.local_endpoint(error).protocol();
  const int socket = error ? -1 : socket_.release(error);
  return {error ? -1 : socket, family, error ? nullptr : std::move(tls_)};
}

void byte_stream::attach(detached_stream& from, error_code& error) {
  socket_.assign(from.family_, from.socket_, error);
  if (error)
    return;
  from.socket_ = -1;
  tls_ = std::move(from.tls_);
  make_non_blocking(error);
}

} // namespace troupe::net
