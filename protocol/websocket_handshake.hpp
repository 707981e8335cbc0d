#pragma once

// The decision about a request that asks to become a WebSocket (RFC 6455 §4.2): whether it may, and
// what the answer says. It is made from the head alone, and Host and Origin come first: for a web
// page, a WebSocket is a way around every other protection that browsers have.
//
// Flow: net/http_connection → decide_websocket → append_websocket_response → net/websocket_port.

#include "troupe/protocol/http_response.hpp"
#include "troupe/protocol/http_rules.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::protocol {

/// The subprotocol of MCP messages over a WebSocket.
inline constexpr std::string_view websocket_subprotocol = "mcp";

struct websocket_rules {
  bool compression = false;          ///< whether an offer of permessage-deflate is taken
  std::uint8_t max_window_bits = 12; ///< 9 to 15: of both directions; memory is 2^bits and more
};

/// What both sides keep to (RFC 7692 §7.1); neither keeps a window from message to message.
struct websocket_compression {
  std::uint8_t server_window_bits = 15; ///< 9 to 15
  std::uint8_t client_window_bits = 15; ///< 8 to 15
  bool client_window_agreed = false;    ///< the answer may name client_max_window_bits
};

struct websocket_acceptance {
  std::string accept_key;   ///< Sec-WebSocket-Accept
  bool subprotocol = false; ///< `mcp` was offered
  std::optional<websocket_compression> compression;
};

/// Decides by: path 404 → Host, Origin 403 → a body 400 → Sec-WebSocket-Version 426 →
/// Sec-WebSocket-Key 400 → subprotocols without `mcp` 400. An offer of compression that cannot be
/// taken is left out, which refuses only the compression. Only for http_head::upgrade_websocket.
std::variant<websocket_acceptance, refusal> decide_websocket(const http_head& head,
                                                             const endpoint_rules& endpoint,
                                                             const websocket_rules& rules);

/// The best offer of a Sec-WebSocket-Extensions value that can be met; nothing if there is none, or
/// the value is malformed.
std::optional<websocket_compression> negotiate_compression(std::string_view offers,
                                                           const websocket_rules& rules);

/// Base64 of the SHA-1 of the key and the constant of RFC 6455 §1.3.
std::string websocket_accept_key(std::string_view key);

/// The answer 101. Behind it the connection carries frames.
void append_websocket_response(std::string& out, const websocket_acceptance& accepted,
                               std::string_view date);

} // namespace troupe::protocol
