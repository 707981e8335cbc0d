#pragma once

// The actor of one socket on the MCP endpoint: HTTP/1.1 with keep-alive and pipelining, and within
// it event streams. It reads requests, lets protocol/ decide about them, hands them to sessions as
// the messages of actors/exchange.hpp and writes what comes back. The actor itself stands in
// http_connection.hpp; this is what the listener needs.
//
// Messages it takes: reply, stream_begin, stream_event, stream_end (exchange.hpp), drain
// (messages.hpp), connection_move, connection_left (moving_connection.hpp). It ends by itself when the socket does; an exit message closes the socket.

#include <caf/actor.hpp>

#include "troupe/net/byte_stream.hpp"
#include "troupe/net/connection_context.hpp"

namespace troupe::net {

enum class connection_origin : bool {
  accepted,     ///< from the port
  other_thread, ///< moving_connection.hpp
};

/// Starts serving `stream`, whose loop is that of `context`. The caller has acquired a slot of
/// limit::connections; from here on the connection owns and releases it. The shard monitors the new
/// actor (shard_state::adopt). Only on the thread of `context`.
caf::actor spawn_connection(const connection_context_ptr& context, byte_stream stream,
                            connection_origin origin = connection_origin::accepted);

} // namespace troupe::net
