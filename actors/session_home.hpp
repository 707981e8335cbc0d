#pragma once

// On which node a session is, and to which one it goes when its node drains (docs/decisions/0017-handover.md).
//
// An id names the node that made it, its owner. While that node is there, the session is too. Afterwards it is
// with one of those that hold sessions of that number, which each node tells of itself (node_table::holders).
// Both the heir and the order of asking follow from one weight of session and node, so the first one asked is
// nearly always the right one; a node that does not have the session says so, and the next one is asked.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <caf/actor.hpp>

#include "troupe/actors/node_table.hpp"
#include "troupe/protocol/session_id.hpp"

namespace troupe {

struct session_home {
  enum class place : std::uint8_t {
    nowhere,     ///< no node can have it
    here,        ///< in this node, if anywhere
    elsewhere,   ///< `peer` reaches the node that may have it
    unreachable, ///< on a node that is not there at the moment
  };

  place where = place::nowhere;
  caf::actor peer;
};

/// What a request has learned on its way.
struct session_search {
  std::vector<protocol::node_number> tried; ///< they do not have the session
  std::vector<protocol::node_number> heirs; ///< to whom those of them that leave gave sessions
  protocol::node_number told = 0;           ///< who has it, as the last one said; 0: it did not
};

/// Where a session of `owner` may be.
session_home find_home(const node_table& nodes, protocol::node_number owner,
                       const protocol::session_id& id, const session_search& search = {});

struct session_heir {
  protocol::node_number node = 0;
  caf::actor peer;
};

/// Who is to take the session over, but for those in `tried`, which did not want it.
std::optional<session_heir> find_heir(const node_table& nodes, const protocol::session_id& id,
                                      std::span<const protocol::node_number> tried);

/// The same, but this node may be the one; then without a peer.
std::optional<session_heir> find_successor(const node_table& nodes, const protocol::session_id& id,
                                           std::span<const protocol::node_number> tried);

} // namespace troupe
