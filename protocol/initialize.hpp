// The legacy handshake (specification 2025-11-25, basic/lifecycle): what a client says about
// itself, and our answer. Flow: json_rpc.hpp -> parse_initialize -> negotiate (revision.hpp) -> a
// session -> append_initialize_result.
#pragma once

#include "troupe/protocol/capabilities.hpp"
#include "troupe/protocol/icon.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/revision.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

struct client_info {
  /// Longer texts are cut (at a character): a session keeps them for its whole life, and they go to
  /// logs.
  static constexpr std::size_t max_text_size = 128;

  std::string name;
  std::string version;
  std::string title;
};

/// A wrong shape is -32602 and names the member, below `path`.
rpc_result<client_info> parse_client_info(const json::value& value, std::string_view path);

struct initialize_params {
  std::string protocol_version;
  client_capabilities capabilities;
  client_info info;
};

/// `params` may be null (absent: -32602).
rpc_result<initialize_params> parse_initialize(const json::object* params);

/// `serverInfo`: who this server is.
struct implementation {
  std::string name;
  std::string version;
  /// Since 2025-06-18.
  std::string title;
  /// Since 2025-11-25, as the two following.
  std::string description;
  std::string website_url;
  std::vector<icon> icons;
};

void append_json(std::string& out, const implementation& info, revision r);

/// The complete result object. `instructions` may be empty (left out).
void append_initialize_result(std::string& out, revision negotiated,
                              const server_capabilities& capabilities, const implementation& info,
                              std::string_view instructions);

} // namespace troupe::protocol
