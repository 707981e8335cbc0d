// The result of server/discover: what a modern client may learn before its first call (2026-07-28,
// server/discover).
#pragma once

#include "troupe/protocol/capabilities.hpp"
#include "troupe/protocol/result_context.hpp"

#include <string>
#include <string_view>

namespace troupe::protocol {

/// The complete result object. `instructions` may be empty (left out).
void append_discover_result(std::string& out, const server_capabilities& capabilities,
                            std::string_view instructions, const result_context& to);

} // namespace troupe::protocol
