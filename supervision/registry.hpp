#pragma once

// The owner of the node's limits. Leases them in blocks to the shards, so that accepting a
// connection or starting a call asks nobody; gets them back when another shard needs them or when
// their shard dies. All decisions are lease_book's; this actor carries them as messages:
// shard_registered, lease_request, lease_return and lease_repaid in, lease_grant and lease_recall out.

#include <cstddef>
#include <cstdint>
#include <functional>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "troupe/supervision/lease_book.hpp"

namespace troupe::supervision {

struct registry_config {
  lease_book::node_limits limits{};
  std::uint32_t shards = 1;
  /// The limits are those of the whole cluster: the rest of it is one more shard, which holds what this node does not
  /// (cluster/cluster_leases.hpp).
  bool of_cluster = false;
  /// Told with each request how many more wait; for the metric. May be empty.
  std::function<void(std::size_t)> on_mailbox_depth;
};

/// Runs on CAF's pool. A new registry knows nothing: it grants once every shard has registered.
caf::actor spawn_registry(caf::actor_system& system, registry_config config);

} // namespace troupe::supervision
