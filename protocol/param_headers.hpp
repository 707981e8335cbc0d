// Arguments that a client must repeat in `Mcp-Param-*` headers, because the tool's input schema says so with
// `x-mcp-header` (2026-07-28, server/tools and basic/transports/streamable-http, "Custom Headers from Tool
// Parameters"). Proxies route by such headers, so a call whose headers and arguments differ is refused.
// Flow: registration: find_param_headers → kept with the tool; modern call: check_param_headers → handler or 400.
#pragma once

#include "troupe/protocol/http_head.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <vector>

namespace troupe::protocol {

struct param_header {
  std::string name; ///< what follows `Mcp-Param-`, as annotated; the case does not count
  std::vector<std::string> path; ///< the names of the members that lead to the value in `arguments`
};

/// Where in the schema, what is wrong with an annotation, what to do.
struct param_header_problem {
  std::string message;
};

[[noreturn]] void throw_exception_from_error(const param_header_problem& problem,
                                             const boost::source_location& where);

/// The annotations of an input schema, in its order. A problem, which must keep the tool from being registered (a client
/// would drop it), when one is empty, no token, no text, given twice (in any case), on a property whose `type` is not
/// exactly "string", "integer" or "boolean", or at a place that is not reached through `properties` alone; or when
/// there are more than http_head takes. Texts of `const`, `enum`, `default` and `examples` are no annotations.
boost::system::result<std::vector<param_header>, param_header_problem>
find_param_headers(const json::object& input_schema);

/// Compares the headers of a call with its `arguments` (null: absent, as if empty). -32020, to be sent with HTTP 400,
/// when a value is there and its header is not, or the other way round (null counts as no value), when they differ or
/// the header is badly encoded. Numbers compare by value and must be between -(2^53-1) and 2^53-1. Other `Mcp-Param-*`
/// headers are ignored. That no header comes twice is http_gate's.
std::optional<rpc_error> check_param_headers(const std::vector<param_header>& expected,
                                             const json::object* arguments, const http_head& head);

} // namespace troupe::protocol
