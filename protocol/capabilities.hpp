// What the two sides can do. The client's half is read from `initialize` (legacy) or from `_meta`
// of each request (modern) and kept as flags only, because a session keeps it for its whole life.
// The server's half is written.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/revision.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <string>
#include <string_view>

namespace troupe::protocol {

struct client_capabilities {
  bool sampling = false;
  bool sampling_tools = false;
  bool sampling_context = false;
  bool roots = false;
  bool roots_list_changed = false;
  /// Also when the client says just `"elicitation":{}` (client/elicitation, "Capabilities").
  bool elicitation_form = false;
  bool elicitation_url = false;
  /// The extension io.modelcontextprotocol/tasks (modern).
  bool tasks_extension = false;

  friend bool operator==(const client_capabilities&, const client_capabilities&) = default;
};

/// A capability is declared when its member is there, even as an empty object. Unknown ones are
/// skipped. A wrong shape is -32602 and names the member, below `path` (e.g.
/// "params.capabilities").
rpc_result<client_capabilities> parse_client_capabilities(const json::value& value,
                                                          std::string_view path);

struct server_capabilities {
  bool tools = false;
  bool tools_list_changed = false;
  bool resources = false;
  bool resources_list_changed = false;
  bool resources_subscribe = false;
  bool prompts = false;
  bool prompts_list_changed = false;
  bool logging = false;
  bool completions = false;
  json::object experimental;
  /// Modern only.
  json::object extensions;
};

/// The complete JSON object, with what the revision knows.
void append_json(std::string& out, const server_capabilities& capabilities, revision r);

} // namespace troupe::protocol
