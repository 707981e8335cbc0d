#pragma once

// Who is in the cluster, as the cluster actor keeps it, and what of it others are shown.

#include <cstdint>
#include <map>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>

#include "troupe/actors/node_table.hpp"
#include "troupe/protocol/node_description.hpp"
#include "troupe/supervision/cluster/cluster_view.hpp"

namespace troupe::supervision {

struct members {
  using time = caf::actor_clock::time_point;
  using numbers = std::vector<protocol::node_number>;

  /// A connection to another node.
  struct connection {
    caf::actor peer;
    protocol::node_description node;
    bool joined = false; ///< it can be spoken to
    bool leaves = false; ///< it takes no more requests
    numbers holdings{};  ///< of whose numbers it has sessions
    numbers heirs{};     ///< to whom it gave them, if it leaves
  };
  struct lost_node {
    protocol::node_description node;
    time forgotten{};
    time unreachable{};    ///< until then its sessions may be back, or be heard of
    numbers holdings{};    ///< which it may bring back, or others have by now
    numbers heirs{};       ///< to whom it gave them
    bool replaced = false; ///< another one has taken its place
  };

  protocol::node_description self;
  std::map<protocol::node_number, connection> connections;
  std::map<protocol::node_number, lost_node> lost;
  std::map<std::uint32_t, numbers> holdings; ///< of this node, by shard
  time settled{};                            ///< when this node knows all others

  std::size_t joined_count() const;
  /// Of whose numbers this node has sessions, in order.
  numbers own_holdings() const;
  /// `gone` is no longer connected.
  void lose(const connection& gone, time now, std::chrono::milliseconds forget_after,
            std::chrono::milliseconds settle_time, std::size_t max_lost);
  /// A node has joined: who was lost at its place has been replaced by it. If others may go on with its sessions,
  /// they say so within `takeover`.
  void replace_lost(const protocol::node_description& by, time now,
                    std::chrono::milliseconds takeover);

  /// Who has sessions of a node that has left, or is about to, does not depend on when they say so.
  void show_heirs(node_table& table, protocol::node_number left, const numbers& held,
                  const numbers& heirs) const;

  struct shown {
    std::vector<cluster_member> members;
    node_table_ptr table;
    time changes{}; ///< when time alone makes it another
  };
  shown show(time now) const;
};

} // namespace troupe::supervision
