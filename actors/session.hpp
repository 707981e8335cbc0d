#pragma once

// One legacy session (revisions that begin with `initialize`): negotiated revision and capabilities,
// streams with their events, calls in flight, requests to the client. It routes; user code runs in
// it only when a handler is registered as inline. Created by a transport through open_session(),
// which puts it into the shard's table before anyone can address it.

#include <caf/actor.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/actors/transport_kind.hpp"

namespace troupe {

/// A session that exists and is in the table of its shard.
struct opened_session {
  protocol::session_id id;
  caf::actor handle;
};

/// How a new session reaches its client.
struct session_transport {
  transport_kind kind = transport_kind::http;
  caf::actor carrier;       ///< of a duplex kind: takes everything that is sent to the client
  exchange_id exchange = 0; ///< by what number
};

/// Creates a session on the shard's thread. The caller has acquired one slot each of limit::sessions
/// and limit::uninitialized_sessions; from here on the session owns and releases them. The first
/// message it is sent must be the client_post or client_message that holds the initialize request; it
/// ends by itself if that request is refused. Only on the shard's thread.
opened_session open_session(const shard_state_ptr& shard, const session_transport& transport = {});

} // namespace troupe
