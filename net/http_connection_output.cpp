#include "troupe/net/http_connection.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

#include "troupe/net/stream_frame.hpp"

namespace troupe::net {

// -- what sessions say ------------------------------------------------------------------------------

void http_connection::on_reply(reply& answer) {
  if (answer.exchange != exchange_ || phase_ != phase::waiting)
    return;
  auto fields = this->fields(answer.status);
  if (answer.session)
    fields.session_id = answer.session->view();
  if (answer.retry_after_seconds > 0)
    fields.retry_after_s = static_cast<std::uint32_t>(answer.retry_after_seconds);
  if (answer.body.empty())
    protocol::append_empty_response(out(), fields);
  else
    append_json(fields, std::move(answer.body), std::move(answer.shared_end));
  response_begun(answer.status);
  exchange_answered();
  take_kept();
}

/// What is large is written from where it is. `shared_end` may be null.
void http_connection::append_json(const protocol::response_fields& fields, std::string&& json,
                                  frame_ptr&& shared_end) {
  protocol::append_json_head(out(), fields, json.size() + text_of(shared_end).size());
  if (json.size() < frame::large_bytes)
    out() += json;
  else
    output_.append(std::move(json));
  if (shared_end)
    output_.append(std::move(shared_end));
}

void http_connection::on_stream_begin(const stream_begin& begin) {
  if (begin.exchange != exchange_ || phase_ != phase::waiting)
    return;
  begin_stream(begin.session);
  // The session may live on another thread; now it has given its name.
  if (!session_ && current_sender())
    session_ = caf::actor_cast<caf::actor>(current_sender());
}

void http_connection::begin_stream(const std::optional<protocol::session_id>& session) {
  auto fields = this->fields(200);
  if (session)
    fields.session_id = session->view();
  protocol::append_stream_head(out(), fields);
  response_begun(200);
  if (framing() == protocol::sse_framing::plain)
    keep_alive_ = false;
  phase_ = phase::streaming;
  watching_ = true;
  deadline_ = next_stream_deadline();
}

void http_connection::on_stream_event(const stream_event& event) {
  if (event.exchange != exchange_ || phase_ != phase::streaming)
    return;
  if (is_too_slow())
    end(connection_end::slow_consumer);
  if (phase_ == phase::closed)
    return;
  const auto json_bytes = event.payload ? event.payload->json().size() : 0;
  open_stream_frame(out(), framing(), event.head, json_bytes);
  if (json_bytes >= frame::large_bytes)
    output_.append(event.payload);
  else if (json_bytes > 0)
    out() += event.payload->json();
  close_stream_frame(out(), framing());
  deadline_ = now() + options().stream_keep_alive;
}

void http_connection::on_stream_end(const stream_end& end) {
  if (end.exchange != exchange_ || phase_ != phase::streaming)
    return;
  out() += protocol::sse_end(framing());
  exchange_answered();
  take_kept();
}

// -- answers ----------------------------------------------------------------------------------------

protocol::response_fields http_connection::fields(int status) {
  protocol::response_fields result;
  result.status = static_cast<std::uint16_t>(status);
  result.version = version_;
  result.keep_alive = keep_alive_;
  result.date = context_->date();
  if (cors_origin_)
    result.cors_origin = *cors_origin_;
  return result;
}

void http_connection::answer_error(int status, std::int32_t code, std::string message,
                                   const std::optional<protocol::request_id>& id, bool retry) {
  std::string json;
  protocol::append_error(json, id, {code, std::move(message), nullptr});
  auto fields = this->fields(status);
  if (retry)
    fields.retry_after_s = options().retry_after_seconds;
  protocol::append_json_response(out(), fields, json);
  response_begun(status);
}

void http_connection::response_begun(int status) {
  context_->observer().response_sent(status);
}

void http_connection::answer_accepted() {
  protocol::append_empty_response(out(), fields(202));
  response_begun(202);
  exchange_answered();
}

/// The exchange is over; the connection may serve the next one.
void http_connection::exchange_answered() {
  session_ = nullptr;
  remote_session_.reset();
  search_.reset();
  forwards_ = false;
  leave_stateless();
  cors_origin_.reset();
  phase_ = phase::idle;
  if (is_draining())
    close_when_written(connection_end::drained, false);
  else if (!keep_alive_)
    close_when_written(connection_end::completed, false);
  else
    deadline_ = now() + options().keep_alive_timeout;
}

// -- bytes ------------------------------------------------------------------------------------------

protocol::sse_framing http_connection::framing() const noexcept {
  return protocol::sse_framing_for(version_);
}

/// A burst is no fault of the peer: what counts is what its socket does not take.
bool http_connection::is_too_slow() {
  if (output_.bytes() <= options().max_output_bytes)
    return false;
  output_.keep_fresh();
  write_queue();
  return phase_ != phase::closed && output_.bytes() > options().max_output_bytes;
}

void http_connection::flush() {
  const bool was_slow{output_};
  error_code error;
  output_.flush(stream_, writing_, error);
  on_written(was_slow, error);
}

void http_connection::write_queue() {
  error_code error;
  output_.write_queue(stream_, error);
  on_written(true, error);
}

void http_connection::on_written(bool was_slow, const error_code& error) {
  if (error)
    end(connection_end::client_lost);
  else if (was_slow && !output_ && phase_ == phase::idle && !closing_)
    deadline_ = now() + options().keep_alive_timeout;
}

} // namespace troupe::net
