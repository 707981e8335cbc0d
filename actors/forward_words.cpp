#include "troupe/actors/forward_words.hpp"

#include <utility>

#include "troupe/actors/messages.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/member.hpp"

namespace troupe {

namespace {

template<class Message>
std::optional<forward> in_words_if(const protocol::session_id& session,
                                   const caf::message& content) {
  if (!content.match_elements<Message>())
    return std::nullopt;
  const auto& message = content.get_as<Message>(0);
  auto words = in_words(session, message);
  if constexpr (requires { message.body; })
    protocol::append_json(words.body, message.body->root());
  return words;
}

/// Of the first kind that fits.
template<class... Messages>
std::optional<forward> in_words_of_any(const protocol::session_id& session,
                                       const caf::message& content) {
  std::optional<forward> words;
  static_cast<void>(((words = in_words_if<Messages>(session, content)) || ...));
  return words;
}

} // namespace

forward in_words(const protocol::session_id& session, const client_post& post) {
  forward words{forward_kind::post, session, {}, post.transport, post.exchange};
  words.accepts_json = post.accepts_json;
  words.accepts_sse = post.accepts_sse;
  if (const auto* object = post.body->root().if_object())
    if (const auto* id = protocol::find_member(*object, "id"))
      words.id = protocol::request_id::from(*id);
  return words;
}

forward in_words(const protocol::session_id& session, const client_notice& notice) {
  return {forward_kind::notice, session, {}, notice.transport, notice.exchange};
}

forward in_words(const protocol::session_id& session, const client_message& message) {
  return {forward_kind::message, session, {}, message.transport, message.exchange};
}

forward in_words(const protocol::session_id& session, const stream_request& stream) {
  forward words{forward_kind::stream, session, {}, stream.transport, stream.exchange};
  words.last_event = stream.last_event;
  return words;
}

forward in_words(const protocol::session_id& session, const session_deletion& deletion) {
  return {forward_kind::deletion, session, {}, deletion.transport, deletion.exchange};
}

forward in_words(const protocol::session_id& session, const frame_ptr& event) {
  return {forward_kind::event, session, event->json(), {}, 0};
}

std::optional<forward> in_words(const protocol::session_id& session, const caf::message& content) {
  return in_words_of_any<client_post, client_notice, client_message, stream_request,
                         session_deletion>(session, content);
}

forwarded_request on_the_wire(forward&& words) {
  forwarded_request out;
  out.kind = static_cast<std::uint8_t>(words.kind);
  out.session = words.session.view();
  out.body = std::move(words.body);
  out.accepts_json = words.accepts_json;
  out.accepts_sse = words.accepts_sse;
  if (words.last_event) {
    out.resumes = true;
    out.resume_stream = words.last_event->stream;
    out.resume_sequence = words.last_event->sequence;
  }
  return out;
}

protocol::rpc_result<caf::message> from_words(const forwarded_request& words,
                                              const caf::actor& transport, exchange_id exchange,
                                              const protocol::parse_limits& json) {
  const auto kind = static_cast<forward_kind>(words.kind);
  if (kind == forward_kind::stream) {
    stream_request stream{transport, exchange, std::nullopt};
    if (words.resumes)
      stream.last_event = {words.resume_stream, words.resume_sequence};
    return caf::make_message(std::move(stream));
  }
  if (kind == forward_kind::deletion)
    return caf::make_message(session_deletion{transport, exchange});
  if (kind == forward_kind::event)
    return caf::make_message(deliver{make_frame(words.body)});
  auto body = protocol::document::parse(words.body, json);
  if (!body)
    return body.error().error;
  if (kind == forward_kind::post)
    return caf::make_message(client_post{*std::move(body), transport, exchange, words.accepts_json,
                                         words.accepts_sse, clock::now()});
  if (kind == forward_kind::message)
    return caf::make_message(client_message{*std::move(body), transport, exchange, clock::now()});
  return caf::make_message(client_notice{*std::move(body), transport, exchange});
}

} // namespace troupe
