#pragma once

// What a transport and a session say to each other. A transport delivers parsed messages and takes
// encoded ones; it knows sockets and framing, the session knows MCP.
//
// Streamable HTTP: an *exchange* is one thing a transport waits to be answered for: a POST with
// requests, a GET, a DELETE. The transport numbers its exchanges; the session answers to the number.
//
//   transport → session   client_post, client_notice, stream_request, session_deletion, exchange_lost
//   session → transport   reply (whole answer), or stream_begin, stream_event…, stream_end
//
// Duplex transports (WebSocket, stdio, HTTP+SSE): one exchange for the whole life of the session,
// named to open_session(). Every message to the client is one stream_event with an empty head.
//
//   transport → session   client_message, input_over, exchange_lost (the transport is gone: the session ends)
//   session → transport   stream_event…, session_over

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/frame.hpp"
#include "troupe/actors/session_observer.hpp"
#include "troupe/actors/timer_wheel.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/event_id.hpp"
#include "troupe/protocol/session_id.hpp"

namespace troupe {

/// Numbers the exchanges of one transport; never reused by it.
using exchange_id = std::uint64_t;

// -- transport → session --------------------------------------------------------------------------

/// A POST whose body holds at least one request (alone or in a batch). Answered by one reply, or by
/// a stream if `accepts_sse`.
struct client_post {
  protocol::document_ptr body;
  caf::actor transport;
  exchange_id exchange = 0;
  bool accepts_json = true;
  bool accepts_sse = false;
  time_point received{};
};

/// Notifications and responses, alone or in a batch. With a transport, the session answers with a
/// reply of status 202; without one, the transport knew the session and has answered already.
struct client_notice {
  protocol::document_ptr body;
  caf::actor transport;
  exchange_id exchange = 0;
};

/// What a client said on a duplex transport. With a `transport`, which is then the POST of HTTP+SSE,
/// it is told that the message has come: a reply of status 202, or what is wrong.
struct client_message {
  protocol::document_ptr body;
  caf::actor transport;
  exchange_id exchange = 0;
  time_point received{};
};

/// A duplex transport has nothing more to read, but still writes: the session ends when all that was
/// asked is answered.
struct input_over {
  exchange_id exchange = 0;
};

/// A GET: opens a standalone stream, or resumes the one that `last_event` names.
struct stream_request {
  caf::actor transport;
  exchange_id exchange = 0;
  std::optional<protocol::event_id> last_event; ///< Last-Event-ID: resume
};

/// A DELETE: ends the session; answered by a reply with status 204.
struct session_deletion {
  caf::actor transport;
  exchange_id exchange = 0;
};

/// The transport can no longer deliver this exchange (the peer went away or was cut off).
struct exchange_lost {
  caf::actor_addr transport;
  exchange_id exchange = 0;
};

/// Any of the above for a session of another shard: its shard passes `content` on, or answers 404.
struct routed {
  protocol::session_id session;
  caf::message content;
  caf::actor transport; ///< whom to tell that there is no such session; empty for notices
  exchange_id exchange = 0;
};

// -- session → transport --------------------------------------------------------------------------

/// The whole answer of an exchange.
struct reply {
  exchange_id exchange = 0;
  int status = 200; ///< HTTP status
  std::string body; ///< JSON, or empty
  /// Set in the answer of an initialize that worked: the new session.
  std::optional<protocol::session_id> session;
  int retry_after_seconds = 0; ///< 0: no Retry-After
  frame_ptr shared_end{};      ///< of the JSON, behind `body`: a large part that many answers have
};

/// From now on the exchange is an event stream.
struct stream_begin {
  exchange_id exchange = 0;
  std::optional<protocol::session_id> session; ///< as in `reply`
};

/// One event. `head` are the complete lines that precede the data line (id, retry, event), each ended
/// by a line feed; `payload` may be null: an event with an empty data line (the priming event).
struct stream_event {
  exchange_id exchange = 0;
  std::string head;
  frame_ptr payload;
};

/// The stream is complete; the transport ends it properly and may be used again.
struct stream_end {
  exchange_id exchange = 0;
};

/// The session of a duplex transport is over and sends no more.
struct session_over {
  exchange_id exchange = 0;
  session_end why = session_end::failed;
};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_post)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::input_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::session_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::stream_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::session_deletion)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::exchange_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::routed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::stream_begin)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::stream_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::stream_end)
