#pragma once

// Which handler answers a request, and what it is told: name, arguments, variables, completions. The
// same for every era and transport; looks only at the catalog of its thread.

#include <variant>

#include "troupe/actors/call.hpp"
#include "troupe/actors/catalog.hpp"

namespace troupe {

/// Who answers; points into the catalog, which the caller keeps.
struct call_target {
  const handler* run = nullptr;
  const tool_entry* tool = nullptr; ///< set for tools/call
};

/// A tool's arguments that its schema refuses are the result of the call, not an error of the
/// protocol: the model reads it and corrects itself (server/tools, "Error Handling").
using lookup_result = std::variant<call_target, rpc_error, tool_result>;

/// Fills in what is special to the method of `data`, whose client, method, params and body are set.
lookup_result find_target(const catalog& catalog, call_data& data);

} // namespace troupe
