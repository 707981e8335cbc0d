#pragma once

// A request that is being received: its parser, and its bytes once they do not fit one read. Most
// requests arrive whole; they are parsed where they were read and never come into `kept`.

#include <string>

#include "troupe/net/request_parser.hpp"

namespace troupe::net {

struct inbound {
  request_parser parser;
  /// Bytes since the start of the request, or of the next one while an exchange is running.
  std::string kept;

  inbound(const protocol::gate_limits& head, std::uint64_t max_body_bytes) noexcept
      : parser(head, max_body_bytes) {}
};

} // namespace troupe::net
