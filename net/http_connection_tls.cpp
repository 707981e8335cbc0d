#include "troupe/net/http_connection.hpp"

#include <spdlog/spdlog.h>

namespace troupe::net {

void http_connection::shake_hands() {
  error_code error;
  stream_.handshake(error);
  if (is_would_block(error))
    return;
  if (error) {
    on_handshake_failed(error);
    return;
  }
  phase_ = phase::idle;
  deadline_ = now() + options().header_timeout;
  if (is_draining())
    close_when_written(connection_end::drained, false);
  else
    read_requests(); // the first one may have come with the last of the handshake
}

void http_connection::on_handshake_failed(const error_code& error) {
  const bool plain_http = error == tls_error::plain_http;
  const bool by_tls = plain_http || error == tls_error::protocol;
  spdlog::debug("a TLS handshake failed: {}", by_tls ? stream_.tls_failure() : error.message());
  stream_.leave_tls();
  if (!by_tls) { // nobody is there to hear more
    end(connection_end::handshake_failed);
    return;
  }
  phase_ = phase::idle;
  keep_alive_ = false;
  if (plain_http)
    answer_error(400, protocol::error_code::invalid_request,
                 "this port speaks TLS; use a URL that begins with https://");
  // What the peer sent behind its mistake would turn a close into a reset, and destroy the alert.
  close_when_written(connection_end::handshake_failed, true);
}

} // namespace troupe::net
