#include "troupe/net/connection_observer.hpp"

namespace troupe::net {

std::string_view to_string(connection_end why) noexcept {
  switch (why) {
  case connection_end::client_closed:
    return "client_closed";
  case connection_end::client_lost:
    return "client_lost";
  case connection_end::completed:
    return "completed";
  case connection_end::refused:
    return "refused";
  case connection_end::handshake_timeout:
    return "handshake_timeout";
  case connection_end::handshake_failed:
    return "handshake_failed";
  case connection_end::header_timeout:
    return "header_timeout";
  case connection_end::body_timeout:
    return "body_timeout";
  case connection_end::keep_alive_timeout:
    return "keep_alive_timeout";
  case connection_end::write_timeout:
    return "write_timeout";
  case connection_end::slow_consumer:
    return "slow_consumer";
  case connection_end::answer_timeout:
    return "answer_timeout";
  case connection_end::drained:
    return "drained";
  case connection_end::failed:
    return "failed";
  }
  return "unknown";
}

std::string_view to_string(accept_refusal why) noexcept {
  switch (why) {
  case accept_refusal::connection_limit:
    return "connection_limit";
  case accept_refusal::descriptors:
    return "descriptors";
  case accept_refusal::accept_failed:
    return "accept_failed";
  }
  return "unknown";
}

std::string_view to_string(parse_failure what) noexcept {
  switch (what) {
  case parse_failure::head:
    return "head";
  case parse_failure::body:
    return "body";
  case parse_failure::json:
    return "json";
  }
  return "unknown";
}

} // namespace troupe::net
