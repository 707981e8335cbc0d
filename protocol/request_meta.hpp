// What every request of the modern era says about itself in `params._meta`: the revision, what the
// client can do, who it is, whether it wants log messages (2026-07-28, basic/index, "_meta"). There
// is no handshake, so nothing of this is remembered from one request to the next.
#pragma once

#include "troupe/protocol/capabilities.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/log_level.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <optional>
#include <string_view>

namespace troupe::protocol {

namespace meta_key {

inline constexpr std::string_view protocol_version = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view client_info = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view client_capabilities =
    "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view log_level = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view subscription_id = "io.modelcontextprotocol/subscriptionId";
inline constexpr std::string_view server_info = "io.modelcontextprotocol/serverInfo";

} // namespace meta_key

/// Views point into the document.
struct request_meta {
  std::string_view protocol_version;
  client_capabilities capabilities;
  std::string_view client_name;    ///< empty if not told
  std::string_view client_version; ///< empty if not told
  /// Absent: no log messages at all.
  std::optional<protocol::log_level> log_level;
};

/// The revision that a message claims in its `_meta`; nothing without such a claim. Looks at nothing
/// else: this is how the era of a message is told.
std::optional<std::string_view> find_claimed_version(const json::value& message);

/// Missing or wrong members: -32602, with the member's name. Client information is taken as far as
/// it can be read, since it is for display only.
rpc_result<request_meta> parse_request_meta(const json::object* params);

} // namespace troupe::protocol
