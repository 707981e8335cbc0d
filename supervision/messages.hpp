#pragma once

// Messages that only the actors of supervision/ exchange; all others stand in actors/messages.hpp.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/expected.hpp>

#include "troupe/actors/dispatcher.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/node_table.hpp"
#include "troupe/actors/quota.hpp"
#include "troupe/net/socket.hpp"
#include "troupe/net/tls_context.hpp"
#include "troupe/protocol/key_ring.hpp"

namespace troupe::supervision {

/// shard → registry: slots that were recalled while all were in use have become free since.
struct lease_repaid {
  std::uint32_t shard = 0;
  limit what = limit::connections;
  std::size_t amount = 0;
};

/// supervisor → shard: there is a new hook runner.
struct hooks_changed {
  caf::actor hooks;
};

/// node → supervisor → shards: seal and open with these keys.
struct keys_changed {
  std::shared_ptr<const protocol::key_ring> keys;
};

/// node → supervisor → shards: connections begin with this from now on.
struct tls_changed {
  net::tls_context_ptr tls;
};

/// cluster → supervisor → shards: whom can be spoken to now.
struct nodes_changed {
  node_table_ptr nodes;
};

/// cluster → shard: say what you hold; answered by way of the supervisor, as when it changes.
struct report_holdings {};
/// shard → cluster: of which other nodes' numbers this thread has sessions.
struct session_holdings {
  std::uint32_t shard = 0;
  std::vector<protocol::node_number> numbers;
};

/// terminator → cluster: leave; answered with left_cluster when no other node is connected any more.
struct leave_cluster {};
struct left_cluster {};

/// gate → supervisor → cluster: whichever actor is the cluster now.
struct for_cluster {
  caf::message content;
};

/// shard → itself: the next portion of what is being published.
struct tell_more {};

/// node → shard: bind this port (0: any) without accepting; answered with `port_bound` or an error.
struct bind_port {
  net::tcp::endpoint where;
};
struct port_bound {
  std::uint16_t port = 0;
};

/// node → shard: everything is ready; serve what you have bound.
struct start_accepting {};

/// node → shard: serve standard input and output.
struct serve_stdio {};

/// node → supervisor: who is there? Answered with `supervised_actors`.
struct supervised_query {};
/// terminator → supervisor: the same, and restart nothing from now on.
struct stop_restarting {};
struct supervised_actors {
  std::vector<caf::actor> shards; ///< by index; null where one is dead
  caf::actor registry;
  caf::actor dispatcher;
  caf::actor hooks;   ///< null if the application has no hooks
  caf::actor cluster; ///< null if the node is in none
};

/// supervisor → shard: which version of the catalog it uses.
struct catalog_query {};
struct catalog_in_use {
  std::uint64_t version = 0;
};

/// application → supervisor: ask the dispatcher, with a timeout. `answer` is called once on the pool,
/// unless the supervisor has ended already: then both are just dropped.
struct catalog_request {
  update_catalog change;
  std::function<void(caf::expected<std::uint64_t>)> answer;
};
struct notify_request {
  notify_client notification;
  std::function<void(caf::expected<notify_status>)> answer;
};
/// application → supervisor: `answer` is called when every shard has what it was sent before, or did not say so
/// in time; never, if the supervisor has ended already.
struct up_to_date_request {
  std::function<void()> answer;
};

/// How the terminator ended the node.
struct shutdown_report {
  /// What ran when the limit was over and had to be killed.
  std::vector<std::string> killed;
  /// Actors that did not even react to being killed.
  std::vector<std::string> hung;

  bool clean() const noexcept { return killed.empty() && hung.empty(); }
};

/// hook worker → hook runner: the event is handled, the next one may come.
struct hook_done {};

} // namespace troupe::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::lease_repaid)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::hooks_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::keys_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::tls_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::nodes_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::report_holdings)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::session_holdings)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::leave_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::left_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::for_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::tell_more)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::bind_port)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::port_bound)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::start_accepting)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::serve_stdio)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::supervised_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::stop_restarting)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::supervised_actors)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::catalog_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::catalog_in_use)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::catalog_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::up_to_date_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::notify_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::hook_done)
