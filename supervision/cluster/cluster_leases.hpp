#pragma once

// Limits that hold for the whole cluster. The node with the smallest number leases them to the others in blocks, with the
// same book as a registry leases to its shards; to its own node it leases as to any other. This actor is both ends of that:
//
//   registry ⇄ cluster_leases ⇄ peer ═ peer ⇄ cluster_leases of the leading node
//
// For a registry the rest of the cluster is one more shard, which holds whatever this node does not: it is asked for slots
// when the node's own are all leased, and asks for unused ones when others need them. So nothing is asked per request.
//
// When the leading node changes, each node tells the new one what it holds, and keeps that meanwhile. The new one grants
// nothing until all whom it is connected with have told, or `patience` is over. One per node; it ends with the cluster actor.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/lease_messages.hpp"
#include "troupe/supervision/lease_book.hpp"

namespace troupe::supervision {

/// cluster_leases → registry: the rest of the cluster can be spoken to; as far as is known this node holds `held`.
struct cluster_leases_here {
  caf::actor leases;
  std::vector<std::size_t> held;
};
/// registry → cluster_leases: what this node does hold, if the registry is the older of the two.
struct node_leases {
  std::vector<std::size_t> held;
};
/// registry → cluster_leases: all slots of this node are leased, and `amount` more are needed; answered with node_grant.
struct node_request {
  limit what = limit::connections;
  std::size_t amount = 0;
};
struct node_grant {
  limit what = limit::connections;
  std::size_t amount = 0;
};
/// cluster_leases → registry: another node needs slots; answered with node_return.
struct node_recall {
  limit what = limit::connections;
  std::size_t amount = 0;
};
struct node_return {
  limit what = limit::connections;
  std::size_t amount = 0;
};

struct cluster_leases_config {
  protocol::node_number self = 0;
  lease_book::node_limits limits{};
  std::size_t max_nodes = 64;
  /// False: the limits of this node are its own; others may still take it for the leading one.
  bool takes_part = true;
  /// False: others are expected, so this node leads itself only when none was found within `patience`.
  bool alone_at_once = true;
  /// How long a new leading node waits for the others to tell what they hold.
  std::chrono::milliseconds patience{2000};
  /// Told whenever this node holds more or less, for the metric; may be empty.
  std::function<void(limit, std::size_t)> on_held;
};

/// Takes nodes_changed, registry_changed, lease_told, and the messages above.
caf::actor spawn_cluster_leases(caf::actor_system& system, cluster_leases_config config);

} // namespace troupe::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::cluster_leases_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::node_leases)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::node_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::node_grant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::node_recall)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::node_return)
