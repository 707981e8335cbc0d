#pragma once

// What all actors of one I/O thread share: its sessions, its lease of the limits, its view of the
// catalog, its timers. Created by the shard actor (supervision/), used by its connections and
// sessions by plain calls, because they live on the same thread; hence no lock. Nobody else may
// touch it: other threads send messages to the shard.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/execution_unit.hpp>

#include "troupe/actors/catalog.hpp"
#include "troupe/actors/list_cache.hpp"
#include "troupe/actors/quota.hpp"
#include "troupe/actors/session_observer.hpp"
#include "troupe/actors/session_options.hpp"
#include "troupe/actors/timer_wheel.hpp"
#include "troupe/protocol/session_id.hpp"

namespace troupe {

struct shard_state {
  // -- fixed while the shard lives ----------------------------------------------------------------
  std::uint32_t index = 0;
  std::uint32_t count = 1;
  caf::execution_unit* home = nullptr;
  caf::actor shard; ///< this thread's shard: monitors connections and sessions
  caf::actor hooks; ///< receives client_connected and so on; may be empty
  std::shared_ptr<const session_options> options;
  session_observer* observer = nullptr; ///< outlives every actor of the thread

  // -- changing -----------------------------------------------------------------------------------
  std::vector<caf::actor> shards; ///< every shard of the node by index, this one included
  catalog_ptr catalog;
  quota limits;
  timer_wheel timers;
  std::unordered_map<protocol::session_id, caf::actor> sessions;
  /// By the public client id, for notify(); the session id is a secret and stays out of logs.
  std::unordered_map<std::uint64_t, caf::actor> clients;
  /// Who subscribed to a resource.
  std::unordered_map<std::string, std::vector<caf::actor>> subscriptions;
  list_cache lists; ///< encoded list results of `catalog`
  std::uint64_t next_client = 1;
  bool draining = false;

  shard_state(quota::request_more ask, time_point now) : limits(std::move(ask)), timers(now) {}

  /// Connections and sessions by actor id, from adopt() until the shard hears of their end. Weak, so
  /// that a table never keeps a child alive.
  std::unordered_map<caf::actor_id, caf::actor_addr> children;

  /// Makes the shard monitor `child`, which lives on this thread.
  void adopt(const caf::actor& child);
  /// Takes one subscriber of a resource out of the index.
  void unsubscribe(const std::string& uri, const caf::actor_addr& session);
};

using shard_state_ptr = std::shared_ptr<shard_state>;

} // namespace troupe
