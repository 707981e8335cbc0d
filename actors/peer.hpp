#pragma once

// This node's end of the connection to one other node: everything between the two goes through it, so
// everything is bounded here (peer_window.hpp). For sessions of this node it is the transport of clients
// that are connected to the other one; for connections of this node it stands for the sessions of the
// other one. It looks for signs of life, cuts the connection off when there are none, fails what was
// going on, and ends with the connection. Messages: peer_messages.hpp.

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/execution_unit.hpp>

#include "troupe/actors/catalog.hpp"
#include "troupe/actors/peer_observer.hpp"
#include "troupe/actors/remote_tool_observer.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/node_description.hpp"

namespace troupe {

struct peer_options {
  std::size_t window_bytes = 4 * 1024 * 1024;
  /// What may wait for credit.
  std::size_t max_queue_bytes = 32 * 1024 * 1024;
  /// Requests of clients of one node that the other has not answered, streams included.
  std::size_t max_exchanges = 65'536;
  /// Calls of clients of one node that the other runs because it exports the tool.
  std::size_t max_tool_calls = 1024;
  std::chrono::milliseconds heartbeat_interval{500};
  /// Silence after which the other node counts as lost.
  std::chrono::milliseconds failure_timeout{2000};
};

struct peer_config {
  protocol::node_description other;
  peer_options options;
  protocol::parse_limits json;
  caf::execution_unit* home = nullptr; ///< outlives the peer
  caf::actor cluster; ///< told peer_joined, peer_told, peer_published, lists_changed, peer_lost
  std::vector<caf::actor> shards; ///< of this node, by index
  catalog_ptr catalog;            ///< of this node, whose exported tools the other one may call
  caf::actor leases;              ///< told lease_told
  caf::actor remote_tools;        ///< told tools_announced; null: the other node's are not wanted
  peer_observer* observer = nullptr;     ///< outlives the peer
  remote_tool_observer* tools = nullptr; ///< likewise
  /// Begins to speak over the connection, as `self`. The dialler is given the other node's peer, once;
  /// the acceptor hears of it by peer_hello. `failed` is called instead if there is none.
  std::function<void(caf::event_based_actor& self, std::function<void(caf::actor)> found,
                     std::function<void(std::string why)> failed)>
      attach;
  /// Closes the connection at once; may be called more than once.
  std::function<void()> cut;
};

/// Ends by itself when the connection is over; an exit message cuts it.
caf::actor spawn_peer(peer_config config);

} // namespace troupe
