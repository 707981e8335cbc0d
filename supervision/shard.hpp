#pragma once

// One I/O thread of a node, as an actor on that thread: owns its listener, timer wheel, session
// table and lease of the limits (shard_state), watches its connections and sessions, and passes on
// what other threads have to say to them. Requests do not come through it: connections look up
// sessions and handlers in shard_state by plain calls.
//
// When a shard dies, its connections and sessions die with it, its port closes and its slots go
// back; the supervisor starts another one in its place.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <caf/actor.hpp>
#include <caf/execution_unit.hpp>

#include "troupe/actors/shard_state.hpp"
#include "troupe/net/io_unit.hpp"
#include "troupe/net/listener.hpp"

namespace troupe::supervision {

struct shard_config {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
  caf::execution_unit* home = nullptr; ///< outlives the shard
  caf::actor registry;
  caf::actor hooks; ///< may be empty
  std::shared_ptr<const session_options> options;
  session_observer* observer = nullptr; ///< outlives the shard
  catalog_ptr catalog;
  /// Seals what modern clients carry for the server.
  std::shared_ptr<const protocol::key_ring> keys;
  /// In a cluster: its key, this node's number, and whom it can speak to.
  std::shared_ptr<const protocol::cluster_key> cluster_key;
  protocol::node_number node = 0;
  node_table_ptr nodes;
  /// If sessions are copied: what this thread keeps of other nodes' sessions.
  std::optional<session_copies::bounds> copies;
  copy_observer* copy_counts = nullptr; ///< outlives the shard
  /// In a cluster: to whichever actor is the cluster.
  std::function<void(caf::message)> tell_cluster;
  /// How many slots a request to the registry asks for, by limit (lease_block).
  std::array<std::size_t, limit_count> blocks{};
  time_point now{};
  /// Installs what moves the time of the thread; given an empty function at the end.
  std::function<void(net::io_unit::tick_function)> on_tick;
  /// Binds the port. Called on the shard's thread; may throw boost::system::system_error.
  std::function<net::listener_ptr(const shard_state_ptr&, const net::tcp::endpoint&)> bind;
  /// Starts the connection on standard input and output, on the shard's thread, when asked to with
  /// serve_stdio. May be empty.
  std::function<void(const shard_state_ptr&)> open_stdio;
  /// Serves this address from the start: for a shard that takes a dead one's place.
  std::optional<net::tcp::endpoint> serve;
  /// Told after each tick what is in use and how many messages wait for the shard; for the metrics.
  /// May be empty.
  std::function<void(const quota&, std::size_t mailbox_depth)> after_tick;
};

/// Besides the messages of actors/messages.hpp it takes bind_port and start_accepting (messages.hpp).
/// An exit message makes it end its connections and sessions first, and then itself.
caf::actor spawn_shard(shard_config config);

} // namespace troupe::supervision
