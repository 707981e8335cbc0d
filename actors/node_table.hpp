#pragma once

// Which nodes of the cluster this one can speak to, as the I/O threads see it. Immutable; the cluster
// actor makes another one when something changes. Null in a node that is in no cluster.

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <caf/actor.hpp>

#include "troupe/protocol/session_seal.hpp"

namespace troupe {

struct node_table {
  protocol::node_number self = 0;
  /// Whose peers are connected.
  std::unordered_map<protocol::node_number, caf::actor> peers;
  /// Who was, and may come back; and whose sessions such a node had.
  std::unordered_set<protocol::node_number> lost;
  /// Who has sessions that came from a node of this number; this node may be among them.
  std::unordered_map<protocol::node_number, std::vector<protocol::node_number>> holders;
  /// False while this node has just started: there may be others that it has not met yet.
  bool settled = true;
};

using node_table_ptr = std::shared_ptr<const node_table>;

} // namespace troupe
