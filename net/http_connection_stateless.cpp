#include "troupe/net/http_connection.hpp"

#include <algorithm>
#include <utility>

#include "troupe/actors/task_question.hpp"
#include "troupe/net/stream_frame.hpp"
#include "troupe/protocol/modern_request.hpp"

namespace troupe::net {

// The modern era: this connection is the caller itself. There is one request at a time, as HTTP/1.1
// has it; the exchange's number is the call's.

http_connection::listen_stream::listen_stream(http_connection& connection,
                                              protocol::request_id subscription)
    : connection_(connection), subscription_(std::move(subscription)) {}

void http_connection::listen_stream::on_notification(const protocol::tagged_notification& told) {
  auto& connection = connection_; // outlives this stream, which ends with a peer that is too slow
  connection.on_event([&] {
    connection.write_notification(told);
    connection.settle();
  });
}

void http_connection::handle_modern(const protocol::admitted& request,
                                    const protocol::document_ptr& body) {
  const auto& head = inbound_->parser.head();
  const protocol::mirrored_headers headers{request.protocol_version,
                                           head.find(protocol::known_header::mcp_method),
                                           head.find(protocol::known_header::mcp_name)};
  auto checked = protocol::check_modern_request(*body, &headers);
  if (const auto* why = std::get_if<protocol::modern_refusal>(&checked)) {
    stateless_answer refused;
    refused.status = why->status;
    protocol::append_error(refused.json, why->id, why->error, protocol::unknown_id::omit);
    write_answer(std::move(refused));
  } else if (std::holds_alternative<protocol::modern_notice>(checked)) {
    answer_accepted();
  } else {
    begin_modern(std::get<protocol::modern_request>(checked), body);
  }
}

void http_connection::begin_modern(const protocol::modern_request& request,
                                   const protocol::document_ptr& body) {
  const stateless_source source{self_handle(), this, &inbound_->parser.head(), ++exchange_,
                                clock::now()};
  auto step = begin_request(context_->shard(), request, body, source);
  if (phase_ == phase::closed)
    return; // the peer did not take what an inline handler told
  if (auto* answer = std::get_if<stateless_answer>(&step))
    write_answer(std::move(*answer));
  else if (auto* listen = std::get_if<stateless_listen>(&step))
    begin_listening(std::move(*listen));
  else if (auto* task = std::get_if<stateless_task>(&step))
    question_task(std::move(*task), source);
  else
    begin_call(std::get<stateless_start>(std::move(step)), source.received);
}

void http_connection::question_task(stateless_task&& task, const stateless_source& source) {
  begin_exchange(phase::waiting);
  ask_task(*this, context_->shard_ptr(), std::move(task), source,
           [this, exchange = exchange_](stateless_answer&& answer) {
             if (exchange == exchange_ && phase_ == phase::waiting)
               on_answer(std::move(answer));
           });
}

void http_connection::begin_call(stateless_start&& start, time_point received) {
  begin_exchange(phase::waiting);
  // A client that goes away has cancelled: the handler is to know soon.
  watching_ = true;
  stateless_call::owner& owner = *this;
  call_ = std::make_unique<stateless_call>(*this, owner, context_->shard_ptr(), std::move(start),
                                           received);
  deadline_ = call_->deadline();
  if (accepts_sse_)
    deadline_ = std::min(deadline_, now() + context_->shard().options->stream_after);
  if (auto failed = call_->begin())
    write_answer(std::move(*failed));
}

void http_connection::on_answer(stateless_answer&& answer) {
  write_answer(std::move(answer));
  take_kept();
}

void http_connection::write_answer(stateless_answer&& answer) {
  if (phase_ == phase::streaming) {
    protocol::append_sse_event(out(), framing(), {},
                               joined(std::move(answer.json), answer.shared_end));
    out() += protocol::sse_end(framing());
  } else {
    auto fields = this->fields(answer.status);
    if (answer.retry)
      fields.retry_after_s = options().retry_after_seconds;
    append_json(fields, std::move(answer.json), std::move(answer.shared_end));
    response_begun(answer.status);
  }
  exchange_answered();
}

// -- while a handler works --------------------------------------------------------------------------

void http_connection::on_call_event(std::uint64_t call, std::string json) {
  if (call != exchange_ || phase_ == phase::idle)
    return; // the call is over
  auto& observer = *context_->shard().observer;
  if (!accepts_sse_) {
    observer.events_dropped(1);
    return;
  }
  if (phase_ != phase::streaming)
    begin_stream({});
  if (is_too_slow())
    end(connection_end::slow_consumer);
  if (phase_ == phase::closed)
    return;
  protocol::append_sse_event(out(), framing(), {}, json);
  observer.events_sent(1);
  deadline_ = next_stream_deadline();
}

void http_connection::on_call_deadline(time_point now) {
  if (now >= call_->deadline()) {
    call_->time_out();
    return;
  }
  // It takes long: proxies and the client are to see that it is still alive.
  begin_stream({});
}

time_point http_connection::next_stream_deadline() const noexcept {
  const auto due = now() + options().stream_keep_alive;
  return call_ ? std::min(due, call_->deadline()) : due;
}

// -- subscriptions/listen ---------------------------------------------------------------------------

void http_connection::begin_listening(stateless_listen&& request) {
  if (!accepts_sse_) {
    answer_error(406, protocol::error_code::invalid_request,
                 "subscriptions/listen is answered with an event stream, which the Accept header "
                 "does not admit; send Accept: application/json, text/event-stream",
                 request.id);
    exchange_answered();
    return;
  }
  begin_exchange(phase::waiting);
  begin_stream({});
  std::string json;
  protocol::append_acknowledgement(json, request.id, request.filter);
  protocol::append_sse_event(out(), framing(), {}, json);
  listen_ = std::make_unique<listen_stream>(*this, std::move(request.id));
  auto& shard = context_->shard();
  shard.listeners.add(*listen_, request.filter);
  shard.observer->stream_opened();
  shard.observer->events_sent(1);
}

void http_connection::write_notification(const protocol::tagged_notification& told) {
  if (phase_ != phase::streaming || !listen_)
    return;
  if (is_too_slow())
    end(connection_end::slow_consumer);
  if (phase_ == phase::closed)
    return;
  std::string id;
  listen_->subscription().append_json(id);
  open_stream_frame(out(), framing(), {}, told.before.size() + id.size() + told.after.size());
  out() += told.before;
  out() += id;
  out() += told.after;
  close_stream_frame(out(), framing());
  context_->shard().observer->events_sent(1);
  deadline_ = next_stream_deadline();
}

/// In good order: with the response to the request that opened the stream.
void http_connection::finish_listening() {
  stateless_answer last;
  protocol::append_subscription_end(
      last.json, listen_->subscription(),
      {protocol::revision::r2026_07_28, text_of(context_->shard().server_info)});
  write_answer(std::move(last));
}

void http_connection::leave_stateless() {
  call_.reset();
  if (std::exchange(listen_, nullptr))
    context_->shard().observer->stream_closed();
}

} // namespace troupe::net
