#pragma once

// A connection that carries whole JSON-RPC messages, both ways and at any time: WebSocket, standard
// input and output, Unix domain sockets. Its actor serves both eras at once: requests of the modern
// one are its own calls, as many as the peer likes up to a limit; the first `initialize` opens a
// session that lives and dies with the connection. Framing and the socket are the port's
// (message_port.hpp); the actor itself stands in message_connection_actor.hpp.
//
// Messages it takes: stream_event, session_over (exchange.hpp), drain (messages.hpp). It ends by
// itself when its port does; an exit message closes the port.

#include <functional>
#include <memory>

#include <caf/actor.hpp>

#include "troupe/actors/transport_kind.hpp"
#include "troupe/net/connection_context.hpp"
#include "troupe/net/message_port.hpp"

namespace troupe::net {

/// Makes the port of a new connection, which is its user.
using make_message_port = std::function<std::unique_ptr<message_port>(message_port::user&)>;

/// Starts to serve. Except for stdio, the caller has acquired a slot of limit::connections; from here
/// on the connection owns and releases it. A WebSocket has been accepted as HTTP: the observer is told
/// of its end, not of its beginning. The shard monitors the new actor (shard_state::adopt). Only on
/// the thread of `context`.
caf::actor spawn_message_connection(const connection_context_ptr& context, transport_kind kind,
                                    const make_message_port& make_port);

} // namespace troupe::net
