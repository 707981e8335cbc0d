#pragma once

// Who is in the cluster: finds the other nodes, keeps a peer for each that is connected, and tells the
// shards whom they can speak to. Whom it knows, it dials until they are connected: the seeds for ever,
// others as long as they may come back. Each node tells the others whom it is connected with, so any
// seed leads to all. One per node; sockets are the gate's (net/node_gate.hpp), messages the peers'
// (actors/peer.hpp).

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/net/node_gate.hpp"
#include "troupe/supervision/cluster/cluster_options.hpp"
#include "troupe/supervision/cluster/cluster_view.hpp"
#include "troupe/supervision/messages.hpp"

namespace troupe::supervision {

/// gate → cluster: a node has proven that it is one. `socket` may be taken once.
struct node_passed {
  protocol::node_description node;
  std::optional<net::node_address> dialled;
  std::shared_ptr<net::node_socket> socket;
};
/// gate → cluster: as net::node_gate_events::not_reached.
struct node_not_reached {
  net::node_address where;
  net::node_failure failure;
};
/// gate → cluster: as net::node_gate_events::refused.
struct node_refused {
  std::string from;
  std::string why;
};

/// What a peer needs besides its connection.
struct peer_surroundings {
  caf::actor cluster;
  std::vector<caf::actor> shards;
  catalog_ptr catalog;
  caf::actor leases;
  caf::actor remote_tools; ///< null: tools of other nodes are not wanted
};

struct cluster_config {
  protocol::node_description self;
  std::vector<net::node_address> seeds;
  std::chrono::milliseconds reconnect_interval{1000};
  std::chrono::milliseconds forget_after{600'000};
  /// How long after its start a node may not know some other one yet, and how long news of a session that
  /// has moved may take: meanwhile requests are answered with 503 instead of 404.
  std::chrono::milliseconds settle_time{3000};
  /// Whether sessions are copied, and those of a node that crashed are taken over: it must be found dead within
  /// so long.
  bool copies = true;
  std::chrono::milliseconds takeover_time{5000};
  std::size_t max_nodes = 64;
  cluster_view* view = nullptr; ///< outlives the cluster
  caf::actor supervisor;        ///< told nodes_changed
  /// Called with the number of each period of `key_period` that begins; may be empty.
  std::function<void(std::uint64_t period)> on_key_period;
  /// The gate's.
  std::function<void(const net::node_address&)> dial;
  std::function<void(protocol::node_number)> forget;
  /// A peer for a connection.
  std::function<caf::actor(const node_passed& node, const peer_surroundings& around)> start_peer;
  /// The actor of limits that hold for the cluster.
  std::function<caf::actor()> start_leases;
  /// The actor of tools that other nodes have; empty: they are not wanted.
  std::function<caf::actor()> start_remote_tools;
};

/// Takes the gate's messages, those of its peers, `shards_changed`, `dispatcher_changed`, `registry_changed`, and for all other nodes
/// `catalog_changed`, `handler_gone` and `published`.
caf::actor spawn_cluster(caf::actor_system& system, cluster_config config);

} // namespace troupe::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::node_passed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::node_not_reached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::node_refused)
