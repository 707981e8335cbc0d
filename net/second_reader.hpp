#pragma once

// A second opinion about a request's head: Beast's parser must read it as the gate did, or the
// request is refused. Two readers that disagree about where a request ends are how requests are
// smuggled. It costs more than the gate itself, so it is asked where the framing is not just a
// Content-Length; that the two never disagree about the others is a test (request_parser_test).

#include <cstdint>
#include <string_view>

#include "troupe/protocol/http_head.hpp"

namespace troupe::net {

enum class second_opinion : std::uint8_t {
  same,
  different, ///< Beast would take other bytes for the body
  refused,   ///< Beast takes no such head; it is stricter about the value of `Connection`
};

/// What Beast says about a head that the gate has taken.
second_opinion ask_second_reader(std::string_view head_bytes, const protocol::http_head& gate);

} // namespace troupe::net
