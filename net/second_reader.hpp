#pragma once

// A second opinion about a request's head: Beast's parser must read it as the gate did, or the
// request is refused. Two readers that disagree about where a request ends are how requests are
// smuggled. It costs more than the gate itself, so it is asked where the framing is not just a
// Content-Length; for all others the tests and the fuzzers prove that the two agree.

#include <string_view>

#include "troupe/protocol/http_head.hpp"

namespace troupe::net {

/// Whether Beast takes exactly these bytes as a head, and delimits the body as the gate does.
bool beast_agrees(std::string_view head_bytes, const protocol::http_head& gate);

} // namespace troupe::net
