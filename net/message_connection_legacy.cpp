// Messages for a session, and how one comes to be.

#include <utility>

#include "troupe/actors/session.hpp"
#include "troupe/net/message_connection_actor.hpp"
#include "troupe/net/post_kind.hpp"
#include "troupe/protocol/json_rpc.hpp"

namespace troupe::net {

namespace {

/// How every notification begins that protocol/encode.hpp writes. Answers and requests have an id
/// there.
constexpr std::string_view notification_start = R"({"jsonrpc":"2.0","method":)";

} // namespace

void message_connection::handle_legacy(const protocol::document_ptr& body) {
  // A notification of cancellation need not say of which era it is.
  if (cancels(*body))
    return;
  if (session_)
    deliver(body);
  else
    handle_without_session(body);
}

void message_connection::handle_without_session(const protocol::document_ptr& body) {
  if (body->is_batch()) {
    if (find_post_kind(*body).needs_answer)
      refuse(std::nullopt,
             protocol::make_invalid_request("Batches exist in revision 2025-03-26 only, after "
                                            "initialize; send one message at a time."),
             unknown_id());
    return;
  }
  const auto message = protocol::classify(body->root());
  if (const auto* const request = std::get_if<protocol::request>(&message)) {
    if (request->method == "initialize")
      begin_session(body, request->id);
    else
      refuse(request->id, protocol::make_not_initialized(), unknown_id());
  } else if (const auto* const invalid = std::get_if<protocol::invalid_message>(&message)) {
    refuse(invalid->id, invalid->error, unknown_id());
  } // others are answers to nothing, or tell nobody
}

void message_connection::begin_session(const protocol::document_ptr& body,
                                       const protocol::request_id& id) {
  if (is_draining()) {
    refuse(id, protocol::make_unavailable("This server is shutting down; connect again."),
           unknown_id());
    return;
  }
  ++exchange_;
  if (session_slots::try_acquire(context_->shard().limits)) {
    open(body);
    return;
  }
  pending_body_ = body;
  request_session_slots(context_->shard_ptr(), address(), exchange_);
}

void message_connection::on_slots(const slots_answered& answer) {
  if (!pending_body_ || answer.exchange != exchange_)
    return; // whoever drops the slots gives them back
  const auto body = std::move(pending_body_);
  if (const auto limit = answer.slots->refused()) {
    refuse(find_request_id(*body), refuse_session(context_->shard(), *limit), unknown_id());
    return;
  }
  answer.slots->hand_over();
  open(body);
}

void message_connection::open(const protocol::document_ptr& body) {
  session_ = open_session(context_->shard_ptr(), {kind_, self_handle(), exchange_}).handle;
  opening_ = true;
  deliver(body);
  if (input_over_)
    send(session_, input_over{exchange_});
}

void message_connection::deliver(const protocol::document_ptr& body) {
  send(session_, client_message{body, {}, 0, clock::now()});
}

void message_connection::on_stream_event(const stream_event& event) {
  if (event.exchange != exchange_ || closed_ || closing_ || !event.payload)
    return;
  opening_ = false;
  if (event.payload->json().starts_with(notification_start) && !takes_notification())
    return;
  port_->send(event.payload);
}

void message_connection::on_session_over(const session_over& over) {
  if (over.exchange != exchange_ || !session_)
    return;
  session_ = nullptr;
  opening_ = false;
  ++exchange_;
  if (over.why == session_end::refused && !input_over_)
    return; // the peer may try again
  session_end_ = over.why;
  end_listening();
}

} // namespace troupe::net
