#pragma once

// The only file that knows the inside of caf_io: how a socket that passed the gate (net/node_gate.hpp)
// becomes a connection of CAF's own protocol between nodes, BASP. CAF neither listens nor dials itself,
// and its heartbeats are off: peers have their own (actors/peer.hpp). Newer CAF changed all of this.

#include <functional>
#include <memory>
#include <string>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include "troupe/net/node_gate.hpp"

namespace troupe::supervision {

/// Before the actor system is made.
void prepare_for_nodes(caf::actor_system_config& config);

class basp_link {
public:
  explicit basp_link(net::node_socket socket);
  basp_link(const basp_link&) = delete;
  basp_link& operator=(const basp_link&) = delete;
  ~basp_link();

  /// Gives the socket to CAF. Where this node dialled, `found` is called with the actor that the other
  /// node attached, or `failed`; the node that was dialled publishes `self` to the other.
  void attach(caf::event_based_actor& self, std::function<void(caf::actor)> found,
              std::function<void(std::string why)> failed);
  /// Shuts the socket down; CAF then finds the connection lost. From any thread, any number of times.
  void cut() noexcept;

private:
  net::node_socket socket_;
  caf::actor_system* system_ = nullptr; ///< once attached
  int handle_; ///< the same socket, so that cut() never meets another one with its number
};

} // namespace troupe::supervision
