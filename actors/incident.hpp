#pragma once

// An internal error (-32603) tells the client nothing but a number; the log tells the rest under it.

#include <string>
#include <string_view>

#include "troupe/actors/call.hpp"
#include "troupe/protocol/rpc_error.hpp"

namespace troupe {

/// Whose call it is, for a log line: client, method, name, and the client's trace if it is in one.
std::string describe(const call_data& call);

/// Logs `cause` with a new incident id, the client, method and name of the call; returns the error
/// to answer with.
rpc_error report_incident(const call_data& call, std::string_view cause);

/// The same where there is no call; `where` names the place.
rpc_error report_incident(std::string_view where, std::string_view cause);

} // namespace troupe
