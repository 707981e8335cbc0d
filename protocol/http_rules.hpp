#pragma once

// The decision about a request to one of the MCP endpoints that its head alone allows, before the body is
// read: which operation it is, or why it is refused. Reading the body, finding the session and
// checking the protocol version come after (net/ connection, revision table).

#include "troupe/protocol/host_rules.hpp"
#include "troupe/protocol/http_gate.hpp"
#include "troupe/protocol/http_head.hpp"
#include "troupe/protocol/media_type.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::protocol {

struct endpoint_rules {
  std::string path = "/mcp"; ///< Streamable HTTP
  /// HTTP+SSE of 2024-11-05 (basic/transports, "HTTP with SSE"), which later revisions replaced.
  bool serves_sse = true;
  std::string sse_path = "/sse";
  std::string messages_path = "/messages"; ///< its query names the session: sessionId=...
  host_rules hosts;
  std::uint64_t max_body_bytes = 4 * 1024 * 1024; ///< a larger Content-Length is 413
  /// A declared body of a refused request is read and dropped up to this size, so that the
  /// connection stays usable; with a larger one the connection is closed.
  std::uint64_t max_drain_bytes = 64 * 1024;
};

enum class mcp_operation : std::uint8_t {
  post_message, ///< POST: one JSON-RPC message in the body
  open_stream,  ///< GET: the standalone stream, or a resumption when there is a Last-Event-ID
  end_session,  ///< DELETE; a body, if any, must be read and dropped
  preflight,    ///< OPTIONS of a page on a configured origin; body as with DELETE
  open_sse,     ///< GET of HTTP+SSE: a session and its only stream
  post_to_sse,  ///< POST of HTTP+SSE: a message to that session
};

/// Views point into the bytes of the head and live as long as they stay in place.
struct admitted {
  mcp_operation operation = mcp_operation::post_message;
  accept_set accepts;
  bool expect_continue = false;                     ///< send `100 Continue` before reading the body
  std::optional<std::string_view> protocol_version; ///< MCP-Protocol-Version, unchecked
  std::optional<std::string_view>
      session_id; ///< Mcp-Session-Id, or sessionId in the query; unchecked
  std::optional<std::string_view> last_event_id; ///< unchecked: event_id reads it
  std::string_view cors_origin; ///< non-empty: goes into response_fields of every response
};

/// What happens to the connection after a refusal has been sent.
enum class after_refusal : std::uint8_t {
  keep_alive, ///< no body follows: the next request may
  drain,      ///< read and drop the declared body, then go on
  close,      ///< send `Connection: close` and close
};

struct refusal {
  std::uint16_t status = 400;
  std::int32_t rpc_code = -32600; ///< of the JSON-RPC error in the body
  std::string message;            ///< what was wrong, where, what to do next
  std::string_view allow;         ///< value of `Allow` (405), else empty; a constant text
  after_refusal then = after_refusal::close;
  std::string_view cors_origin; ///< as in admitted
};

/// Decides by: path 404 → Host, Origin 403 → method 405 → Content-Type 415, Accept 406,
/// Content-Length 413 (MCP transports, 2025-11-25, "Sending Messages to the Server").
std::variant<admitted, refusal> decide_request(const http_head& head, const endpoint_rules& rules);

/// The part of it about Host and Origin, which every request must pass.
std::optional<refusal> check_hosts(const http_head& head, const endpoint_rules& rules);

/// What a rejected head becomes; always ends with closing.
refusal refuse_rejected_head(const gate_result& result);

/// A refusal that is found out later (unknown session, malformed body): fills in what the head says
/// about the connection. `body_read`: the body has been consumed already.
refusal refuse_request(const http_head& head, const endpoint_rules& rules, std::uint16_t status,
                       std::int32_t rpc_code, std::string message, bool body_read);

} // namespace troupe::protocol
