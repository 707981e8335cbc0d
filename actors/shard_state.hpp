#pragma once

// What all actors of one I/O thread share: its sessions, its lease of the limits, its view of the
// catalog, its timers. Created by the shard actor (supervision/), used by its connections and
// sessions by plain calls, because they live on the same thread; hence no lock. Nobody else may
// touch it: other threads send messages to the shard.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/execution_unit.hpp>

#include "troupe/actors/catalog.hpp"
#include "troupe/actors/copy_queue.hpp"
#include "troupe/actors/handover_queue.hpp"
#include "troupe/actors/list_cache.hpp"
#include "troupe/actors/listeners.hpp"
#include "troupe/actors/moved_sessions.hpp"
#include "troupe/actors/node_table.hpp"
#include "troupe/actors/quota.hpp"
#include "troupe/actors/session_copies.hpp"
#include "troupe/actors/session_home.hpp"
#include "troupe/actors/session_observer.hpp"
#include "troupe/actors/session_options.hpp"
#include "troupe/actors/timer_wheel.hpp"
#include "troupe/protocol/key_ring.hpp"
#include "troupe/protocol/session_id.hpp"
#include "troupe/protocol/session_seal.hpp"

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
  protocol::node_number node = 0;       ///< of this node; 0 if it is in no cluster
  /// Makes ids that name this node, and tells whose an id is; nothing if it is in no cluster.
  std::optional<protocol::session_seal> seal;
  frame_ptr server_info; ///< what modern results say about this server; may be null
  /// Milliseconds since 1970, for what leaves the process; tests put in their own.
  std::int64_t (*unix_ms)() = &system_milliseconds;

  static std::int64_t system_milliseconds();
  std::int64_t unix_time() const { return unix_ms() / 1000; }

  // -- changing -----------------------------------------------------------------------------------
  std::vector<caf::actor> shards; ///< every shard of the node by index, this one included
  catalog_ptr catalog;
  quota limits;
  timer_wheel timers;
  std::unordered_map<protocol::session_id, caf::actor> sessions;
  /// By the public client id, for notify(); the session id is a secret and stays out of logs.
  std::unordered_map<std::uint64_t, caf::actor> clients;
  /// By task id, until their time is over.
  std::unordered_map<protocol::session_id, caf::actor> tasks;
  /// Who subscribed to a resource.
  std::unordered_map<std::string, std::vector<caf::actor>> subscriptions;
  troupe::listeners listeners; ///< open streams of subscriptions/listen
  list_cache lists;            ///< encoded list results of `catalog`
  /// Seals what modern clients carry for us; replaced as a whole when keys change.
  std::shared_ptr<const protocol::key_ring> keys;
  node_table_ptr nodes; ///< of the cluster; null if it is in none
  handover_queue handovers;
  moved_sessions moved;
  /// Tasks that were on this thread while its node drains: which node has each now.
  std::unordered_map<protocol::session_id, protocol::node_number> moved_tasks;
  std::unique_ptr<copy_queue> copies;   ///< null: sessions are not copied to other nodes
  std::unique_ptr<session_copies> kept; ///< of other nodes' sessions; likewise
  /// How many sessions and tasks are here whose ids name another node, by its number.
  std::unordered_map<protocol::node_number, std::size_t> foreign;
  /// Called when `foreign` has got another key or lost one; may be empty.
  std::function<void()> on_foreign_changed;
  std::uint64_t next_client = 1;
  bool draining = false;

  shard_state(quota::request_more ask, time_point now) : limits(std::move(ask)), timers(now) {}

  /// Connections and sessions by actor id, from adopt() until the shard hears of their end. Weak, so
  /// that a table never keeps a child alive.
  std::unordered_map<caf::actor_id, caf::actor_addr> children;

  /// A new id, of a session or task of this thread.
  protocol::session_id draw_id();
  /// Where an id may belong that this thread does not know: find_home(). Without a cluster: here.
  session_home home_of(const protocol::session_id& id, const session_search& search = {});
  /// Whose ids this one is, if not this node's; nothing without a cluster.
  std::optional<protocol::node_number> foreign_owner(const protocol::session_id& id);
  std::vector<protocol::node_number> foreign_owners() const;
  /// A session or task is in the table, or no longer; keeps `foreign`.
  void hold_foreign(const protocol::session_id& id);
  void release_foreign(const protocol::session_id& id);

  /// Sessions are copied from now on, and copies of others' kept.
  void copy_sessions(session_copies::bounds bounds, copy_observer& counts);
  /// Other nodes are there than before.
  void use_nodes(node_table_ptr now);

  /// Makes the shard monitor `child`, which lives on this thread.
  void adopt(const caf::actor& child);
  /// Takes one subscriber of a resource out of the index.
  void unsubscribe(const std::string& uri, const caf::actor_addr& session);
};

using shard_state_ptr = std::shared_ptr<shard_state>;

} // namespace troupe
