#pragma once

// Ends a node in order. Started when it is time to stop, gone when it is done.
//
//   drain   the shards stop accepting, end their streams and wait for running calls
//   kill    what still runs at the limit is killed by its shard, which names it
//   hooks   the application is told about the last clients
//   leave   the other nodes of the cluster are told, and what is on its way to them arrives
//   exit    shards, dispatcher, hook runner, registry and supervisor are told to end
//   force   who does not react is killed; who does not react to that is reported as hung
//
// When nothing runs, all of it takes a few messages.

#include <chrono>
#include <functional>
#include <string_view>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "troupe/supervision/messages.hpp"

namespace troupe::supervision {

struct terminator_config {
  caf::actor supervisor;
  /// For everything that runs: after it, what is left is killed.
  std::chrono::milliseconds limit{std::chrono::seconds{30}};
  /// For each step that should be immediate (naming what is left, exiting, being killed).
  std::chrono::milliseconds grace{std::chrono::seconds{1}};
  /// Called once with the result, on the pool.
  std::function<void(const shutdown_report&)> on_done;
};

/// Begins to stop the node at once; ends by itself after on_done.
caf::actor spawn_terminator(caf::actor_system& system, terminator_config config);

} // namespace troupe::supervision
