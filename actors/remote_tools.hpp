#pragma once

// The tools that other nodes of the cluster have, and who runs a call of one: the actor behind all their handlers. It
// takes a call to the connected node with the fewest of this node's calls, in turn among equals, and to the next one if
// that was lost before it had the call, or did not take it. What a node may have begun is never sent a second time. One per
// node; it ends with the cluster actor. Messages: remote_messages.hpp.

#include <chrono>
#include <cstddef>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "troupe/actors/remote_tool_observer.hpp"

namespace troupe {

struct remote_tools_options {
  /// Tools of which no connected node is left stay in the list for `forget_after`; their calls are answered with an error.
  bool keep_absent = false;
  std::chrono::milliseconds forget_after{std::chrono::minutes{10}};
  /// Tools of other nodes; more are not taken in.
  std::size_t max_tools = 1000;
  remote_tool_observer* observer = nullptr; ///< outlives it
};

/// Takes tools_announced, dispatcher_changed, call, call_cancelled.
caf::actor spawn_remote_tools(caf::actor_system& system, remote_tools_options options);

} // namespace troupe
