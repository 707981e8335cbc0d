#pragma once

// Every message between the actors of a node, besides those between transports and sessions
// (exchange.hpp) and those of calls (call.hpp). One sentence each; who sends it, to whom.

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>
#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/catalog.hpp"
#include "troupe/actors/client.hpp"
#include "troupe/actors/frame.hpp"
#include "troupe/actors/quota.hpp"
#include "troupe/actors/session_observer.hpp"

namespace troupe {

// -- limits: shard ↔ registry ---------------------------------------------------------------------

/// shard → registry: a shard exists (again); it holds these leases already, by index of `limit`.
struct shard_registered {
  std::uint32_t index = 0;
  caf::actor shard;
  std::vector<std::size_t> leased;
};

/// shard → registry: please lease `amount` more slots.
struct lease_request {
  std::uint32_t shard = 0;
  limit what = limit::connections;
  std::size_t amount = 0;
};

/// registry → shard: `amount` slots are yours; 0 means that the node's limit is reached.
struct lease_grant {
  limit what = limit::connections;
  std::size_t amount = 0;
};

/// registry → shard: another shard needs slots; give back up to `amount` unused ones.
struct lease_recall {
  limit what = limit::connections;
  std::size_t amount = 0;
};

/// shard → registry: the answer to lease_recall.
struct lease_return {
  std::uint32_t shard = 0;
  limit what = limit::connections;
  std::size_t amount = 0;
};

// -- supervision ----------------------------------------------------------------------------------

/// supervisor → shard, dispatcher: all shards of the node by index, after a start or restart.
struct shards_changed {
  std::vector<caf::actor> shards;
};

/// supervisor → dispatcher: the cluster that this node is in, after a start or restart.
struct cluster_changed {
  caf::actor cluster;
};

/// supervisor → shard: there is a new registry.
struct registry_changed {
  caf::actor registry;
};

// -- catalog and events: dispatcher → shard → session ---------------------------------------------

/// dispatcher → shard → sessions: the catalog changed; `changes` says which lists. To the cluster too, with the
/// changes that other nodes do not make themselves.
struct catalog_changed {
  catalog_ptr catalog;
  list_changes changes;
};

/// peer → cluster → shards → sessions: these lists of another node have changed.
struct lists_changed {
  list_changes changes;
};

/// anyone → dispatcher → shards → subscribed sessions: the resource with this URI has new contents.
struct resource_updated {
  std::string uri;
  /// On every node of the cluster. False for what each node has for itself.
  bool everywhere = true;
};

/// shard → session: send this notification on the standalone stream, if there is one.
struct deliver {
  frame_ptr notification;
};

/// dispatcher → shards → sessions, and cluster → peers: an actor that handles calls is gone; its calls must be failed.
struct handler_gone {
  caf::actor_addr handler;
  std::string reason;
};

/// anyone → dispatcher → shard → session: request that answers with `notified`.
struct notify_client {
  std::string client;
  std::string method;
  boost::json::value params;
};

/// What became of notify_client.
enum class notify_status : std::uint8_t {
  delivered, ///< written to an open stream, or kept for a client that is expected to resume
  client_not_found,
  client_not_initialized,
  not_supported, ///< the client has no stream that could carry a notification
};
struct notified {
  notify_status status = notify_status::client_not_found;
};

// -- hooks: session → hook runner -----------------------------------------------------------------

struct client_connected {
  client_identity client;
};
struct client_initialized {
  client_identity client;
};
struct client_disconnected {
  client_identity client;
  session_end reason = session_end::failed;
};

// -- shutdown: terminator → shards → sessions, connections ----------------------------------------

/// Stop accepting, end idle work, finish what runs; answer `drained` when nothing is left.
struct drain {};

/// shard → terminator: nothing is left on this thread.
struct drained {
  std::uint32_t shard = 0;
};

/// terminator → shards: the limit is over; end everything now and say what was still running.
struct drain_timeout {};
struct left_over {
  std::uint32_t shard = 0;
  std::vector<std::string> names;
};

/// What a thread holds right now (readiness, server_status, tests).
struct shard_report {
  std::size_t connections = 0;
  std::size_t sessions = 0;
  std::size_t uninitialized_sessions = 0;
  std::size_t calls = 0;
};
struct report_request {};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::shard_registered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lease_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lease_grant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lease_recall)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lease_return)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::shards_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::registry_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::catalog_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lists_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource_updated)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::deliver)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::handler_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::notify_client)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::notified)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_connected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_initialized)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_disconnected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::drain)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::drained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::drain_timeout)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::left_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::shard_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::report_request)
