// A request of the modern era (revision 2026-07-28), decided by itself: which era a posted message
// belongs to, and the ladder of checks that a modern one passes before anybody looks for a handler.
// Flow: document.hpp → find_era → check_modern_request → actors/stateless_requests. Legacy messages go
// on to their session instead.
#pragma once

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json_rpc.hpp"
#include "troupe/protocol/method.hpp"
#include "troupe/protocol/request_meta.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace troupe::protocol {

enum class era : std::uint8_t { legacy, modern };

/// `version_header`: MCP-Protocol-Version, if there is such a header. A handshake is legacy unless
/// it claims a modern revision in its `_meta`; for the rest the claim decides, then the header.
era find_era(const document& body, std::optional<std::string_view> version_header);

/// The headers that repeat what the body says, as they were sent.
struct mirrored_headers {
  std::optional<std::string_view> protocol_version; ///< MCP-Protocol-Version
  std::optional<std::string_view> method;           ///< Mcp-Method
  std::optional<std::string_view> name;             ///< Mcp-Name
};

/// Views point into the document.
struct modern_request {
  request_id id;
  protocol::method method = protocol::method::unknown;
  const json::object* params = nullptr; ///< never null
  request_meta meta;
};

/// A notification: accepted, and nothing else happens (streamable-http, "Sending Messages").
struct modern_notice {};

struct modern_refusal {
  std::uint16_t status = 400; ///< of HTTP
  rpc_error error;
  std::optional<request_id> id;
};

/// `headers`: null for a transport without headers. Checks in this order, and the first that fails
/// decides: shape of the message (-32600), `_meta` (-32602), headers against the body (-32020),
/// revision (-32022), missing headers (-32020), method (404, -32601). The rest of the statuses are
/// 400.
std::variant<modern_request, modern_notice, modern_refusal>
check_modern_request(const document& body, const mirrored_headers* headers);

/// The HTTP status of an error that a modern request ends with, once it has passed the checks above:
/// 400 for a header mismatch or a capability that is not declared, 404 for an unknown method, else
/// 200.
std::uint16_t modern_status(int error_code) noexcept;

/// Whether the modern era has this method.
bool is_modern_method(method m) noexcept;

} // namespace troupe::protocol
