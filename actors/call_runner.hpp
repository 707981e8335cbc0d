#pragma once

// Runs a function handler: in place, on the pool, or on a thread of its own.

#include <caf/actor_system.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/handler.hpp"

namespace troupe {

/// Calls `function` here and now and encodes what it returns. What it throws becomes an incident.
encoded_outcome run_function(const handler_function& function, const call& call);

/// Starts `run` (a function that is not inline) elsewhere; it ends with call_finished to the caller.
/// Holds the handler by value: the catalog that it came from may be replaced meanwhile.
void start_function(caf::actor_system& system, const handler& run, const call& call);

} // namespace troupe
