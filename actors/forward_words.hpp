#pragma once

// What transports say to sessions (exchange.hpp), as what crosses between nodes (peer_messages.hpp), and back.

#include <optional>

#include <caf/actor.hpp>
#include <caf/message.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/frame.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/rpc_error.hpp"
#include "troupe/protocol/session_id.hpp"

namespace troupe {

/// But for the body, which the sender may have as text.
forward in_words(const protocol::session_id& session, const client_post& post);
forward in_words(const protocol::session_id& session, const client_notice& notice);
forward in_words(const protocol::session_id& session, const client_message& message);
forward in_words(const protocol::session_id& session, const stream_request& stream);
forward in_words(const protocol::session_id& session, const session_deletion& deletion);
/// An event for its standalone stream, which nobody answers.
forward in_words(const protocol::session_id& session, const frame_ptr& event);

/// With the body, whose text is written anew. Nothing for messages that do not cross.
std::optional<forward> in_words(const protocol::session_id& session, const caf::message& content);

forwarded_request on_the_wire(forward&& words);

/// The message for a session. `transport` and `exchange` are who is answered, by what number. An error
/// if the body is not what `json` allows. Not for forward_kind::lost and forward_kind::task.
protocol::rpc_result<caf::message> from_words(const forwarded_request& words,
                                              const caf::actor& transport, exchange_id exchange,
                                              const protocol::parse_limits& json);

} // namespace troupe
