#pragma once

// When it is proven that the process of a node has ended, so that others may go on with its sessions: its connection
// broke, though it had been heard of just before; and soon afterwards its own address said that nobody listens there,
// or another node answered there. Silence proves nothing: a node that is cut off, or frozen, lives, and may have had
// its sessions copied elsewhere since. Pure rules; the cluster actor asks.

#include <chrono>
#include <functional>
#include <map>

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>

#include "troupe/actors/copy_messages.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/net/node_gate.hpp"
#include "troupe/protocol/node_description.hpp"

namespace troupe::supervision {

class deaths {
public:
  using time = caf::actor_clock::time_point;

  struct outlet {
    /// Its address must answer now.
    std::function<void(const net::node_address&)> dial;
    std::function<void(owner_died)> died;
    std::function<void(owner_doubtful)> doubtful;
  };

  /// Before that nobody is asked about. A node that is found dead later than `patience` after its connection broke may
  /// have lived on in between.
  void begin(std::chrono::milliseconds patience, outlet whom) {
    patience_ = patience;
    outlet_ = std::move(whom);
  }

  /// The connection with `node`, which was joined, is over; `via` was its peer, which said `how`.
  void lost(const protocol::node_description& node, caf::actor_id via, const peer_lost& how,
            bool has_left, time now);
  /// What came of dialling `where`.
  void not_reached(const net::node_address& where, const net::node_failure& failure);
  void answered(const net::node_address& where, protocol::node_number by);
  /// It is connected again.
  void returned(protocol::node_number node) { open_.erase(node); }
  /// From time to time.
  void go_on(time now);

private:
  struct question {
    net::node_address where;
    caf::actor_id via = 0;
    time until{};
  };
  using table = std::map<protocol::node_number, question>;

  void prove(table::iterator which);

  std::chrono::milliseconds patience_{};
  outlet outlet_;
  table open_; ///< at most one for each node that was connected within `patience`
};

} // namespace troupe::supervision
