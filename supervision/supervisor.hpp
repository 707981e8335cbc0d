#pragma once

// Keeps the runtime's own actors alive: registry, dispatcher, hook runner, shards, cluster. Who dies is started
// again and introduced to the others; if the supervisor dies, all of them do. Restarts that come too often mean that restarting does not help: then the node
// stops. Sessions and connections are the shards' to watch, handlers the dispatcher's.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

/// What is supervised; also the label `actor` of troupe_actor_restarts_total.
enum class supervised : std::uint8_t { registry, dispatcher, hooks, shard, cluster };
inline constexpr std::size_t supervised_count = 5;
std::string_view to_string(supervised what) noexcept;

/// How each actor is made, on the first start and on every restart.
struct supervisor_config {
  std::function<caf::actor()> start_registry;
  std::function<caf::actor()> start_dispatcher;
  /// Empty if the application has no hooks.
  std::function<caf::actor()> start_hooks;
  /// `registry` and `hooks` are the current ones.
  std::function<caf::actor(std::uint32_t index, const caf::actor& registry,
                           const caf::actor& hooks)>
      start_shard;
  /// Empty if the node is in no cluster. `supervisor` stays valid.
  std::function<caf::actor(const caf::actor& supervisor)> start_cluster;
  std::uint32_t shards = 1;
  restart_options restarts;
  /// Called on the pool for each restart, for the metric.
  std::function<void(supervised)> on_restart;
  /// Called once, on the pool, when the node must stop; the text says why.
  std::function<void(const std::string& why)> on_give_up;
};

/// Starts everything in order. Answers supervised_query, stop_restarting, and what the application has
/// to say to the dispatcher (messages.hpp): the supervisor's own handle is the one that stays valid.
caf::actor spawn_supervisor(caf::actor_system& system, supervisor_config config);

} // namespace troupe::supervision
