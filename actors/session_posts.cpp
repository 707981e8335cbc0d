// What a client posts: requests, notifications and responses, alone or in a batch; and how the
// requests of one POST are answered, as JSON or as an event stream.

#include <algorithm>
#include <utility>

#include "troupe/actors/session_actor.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/member.hpp"

namespace troupe {

void session_actor::on_post(client_post& post) {
  if (is_foreign(post.transport, post.exchange))
    return;
  if (move_) {
    const auto transport = post.transport;
    const auto exchange = post.exchange;
    hold(caf::make_message(std::move(post)), transport, exchange);
    return;
  }
  take(post);
}

void session_actor::on_message(client_message& message) {
  if (!is_duplex()) {
    if (message.transport)
      reply_error(message.transport, message.exchange, 404,
                  protocol::make_invalid_request(
                      "There is no such session on this transport; open one with GET."));
    return;
  }
  if (message.transport)
    send(message.transport, reply{message.exchange, 202, {}, {}, 0});
  client_post post;
  post.body = std::move(message.body);
  post.transport = transport_.carrier;
  post.exchange = transport_.exchange;
  post.accepts_sse = true;
  post.received = message.received;
  take(post);
}

void session_actor::take(client_post& post) {
  touch();
  open_post open;
  open.key = next_key_++;
  open.transport = std::move(post.transport);
  open.exchange = post.exchange;
  open.accepts_json = post.accepts_json;
  open.accepts_sse = post.accepts_sse;
  open.received = post.received;
  current_ = &open;
  if (!post.body->is_batch()) {
    handle(open, protocol::classify(post.body->root()), post.body);
  } else if (!has_batches(client_->revision) || phase_ == phase::opening) {
    current_ = nullptr;
    refuse(open.transport, open.exchange, 400,
           protocol::make_invalid_request("Batches exist in revision 2025-03-26 only, after "
                                          "initialize; send one message per request."));
    if (phase_ == phase::opening)
      end(session_end::refused);
    return;
  } else {
    open.batch = true;
    auto messages = protocol::classify_batch(post.body->root(), options().max_batch);
    if (!messages) {
      current_ = nullptr;
      refuse(open.transport, open.exchange, 400, messages.error().error);
      return;
    }
    for (const auto& message : *messages)
      handle(open, message, post.body);
  }
  settle(std::move(open));
}

void session_actor::handle(open_post& post, const protocol::message& message,
                           const protocol::document_ptr& body) {
  if (const auto* request = std::get_if<protocol::request>(&message)) {
    ++post.pending;
    const auto method = protocol::method_from(request->method);
    if (auto done = on_request(post, *request, method, body)) {
      --post.pending;
      count(method, done->kind, post.received);
      respond(post, std::move(*done));
    }
  } else if (const auto* notification = std::get_if<protocol::notification>(&message)) {
    handle(*notification);
  } else if (const auto* response = std::get_if<protocol::response>(&message)) {
    on_response(*response);
  } else {
    const auto& invalid = std::get<protocol::invalid_message>(message);
    if (!post.batch)
      post.status = 400;
    std::string json;
    protocol::append_error(json, invalid.id, invalid.error);
    respond(post, std::move(json));
  }
}

// Not all that looks like a notification or a response is one, and a batch may come where there are
// none: what is refused is refused like any other post, and the rest is answered with 202.
void session_actor::on_notice(client_notice& notice) {
  if (is_foreign(notice.transport, notice.exchange))
    return;
  if (move_) {
    const auto transport = notice.transport;
    const auto exchange = notice.exchange;
    hold(caf::make_message(std::move(notice)), transport, exchange);
    return;
  }
  client_post post;
  post.body = std::move(notice.body);
  post.transport = std::move(notice.transport);
  post.exchange = notice.exchange;
  post.received = clock::now();
  take(post);
  schedule();
}

void session_actor::handle(const protocol::notification& notification) {
  const auto method = protocol::method_from(notification.method);
  observer().notification_received(method);
  if (method == protocol::method::notifications_initialized) {
    initialized();
  } else if (method == protocol::method::notifications_cancelled && notification.params) {
    const auto* id = protocol::find_member(*notification.params, "requestId");
    const auto* reason = protocol::find_string(*notification.params, "reason");
    if (const auto request = id ? protocol::request_id::from(*id) : std::nullopt)
      cancel(*request, reason ? std::string_view{*reason} : std::string_view{});
  }
  // Others (progress of our own requests, changed roots) need no action here.
}

// -- answers --------------------------------------------------------------------------------------

void session_actor::settle(open_post&& post) {
  current_ = nullptr;
  if (post.pending == 0) {
    complete(post);
    end_if_drained();
    return;
  }
  posts_.push_back(std::move(post));
  schedule();
}

std::string session_actor::take_answers(open_post& post) {
  auto answers = std::exchange(post.answers, {});
  if (post.batch && !answers.empty())
    return '[' + answers + ']';
  return answers;
}

void session_actor::complete(open_post& post) {
  if (is_duplex()) {
    const auto stream = streams_.standalone();
    if (stream && !post.answers.empty())
      streams_.emit(*stream, make_frame(take_answers(post)));
    return;
  }
  // The client takes nothing but a stream; an answer to a bad message is not worth one.
  if (post.stream == 0 && !post.accepts_json && !post.answers.empty() && post.status == 200)
    stream_of(post);
  if (post.stream != 0) {
    streams_.finish(post.stream);
    return;
  }
  if (!post.transport)
    return;
  reply whole;
  whole.exchange = post.exchange;
  whole.status = post.answers.empty() ? 202 : post.status;
  whole.body = take_answers(post);
  whole.shared_end = std::move(post.shared_end);
  whole.retry_after_seconds = post.retry_after;
  if (post.opens_session)
    whole.session = id_;
  send(post.transport, std::move(whole));
}

/// What is shared stays so where the answer will be a reply of its own.
void session_actor::respond(open_post& post, answered&& done) {
  const bool alone = !post.batch && post.stream == 0 && post.accepts_json && !is_duplex();
  if (alone)
    post.shared_end = std::move(done.shared_end);
  respond(post, joined(std::move(done.json), done.shared_end));
}

void session_actor::respond(open_post& post, std::string json) {
  if (post.stream != 0) {
    streams_.emit(post.stream, make_frame(std::move(json)));
    return;
  }
  if (post.answers.empty()) {
    post.answers = std::move(json);
    return;
  }
  post.answers += ',';
  post.answers += json;
}

std::optional<stream_number> session_actor::stream_of(open_post& post) {
  if (is_duplex())
    return streams_.standalone();
  if (post.stream == 0) {
    if (!post.accepts_sse || !post.transport)
      return std::nullopt;
    post.stream = streams_.open(stream_kind::post, post.transport, post.exchange,
                                has_priming_event(client_->revision),
                                post.opens_session ? std::optional{id_} : std::nullopt);
    // What a batch has been answered so far comes first.
    if (!post.answers.empty())
      streams_.emit(post.stream, make_frame(take_answers(post)));
  }
  return post.stream;
}

session_actor::open_post* session_actor::find_post(std::uint64_t key) {
  if (current_ != nullptr && current_->key == key)
    return current_;
  const auto found = std::find_if(posts_.begin(), posts_.end(),
                                  [key](const open_post& post) { return post.key == key; });
  return found == posts_.end() ? nullptr : &*found;
}

void session_actor::drop_post(std::uint64_t key) {
  std::erase_if(posts_, [key](const open_post& post) { return post.key == key; });
}

void session_actor::lost(const exchange_lost& gone) {
  if (is_duplex()) {
    if (gone.exchange == transport_.exchange && gone.transport == transport_.carrier.address())
      end(session_end::disconnected);
    return; // a POST of HTTP+SSE that did not wait for its 202
  }
  if (move_) {
    drop_held(gone);
    return;
  }
  if (streams_.lost(gone.transport, gone.exchange, now())) {
    schedule();
    return;
  }
  // A plain POST whose client went away: its calls go on (basic/transports: a lost connection is not
  // a cancellation), but nobody will read the answer.
  for (auto& post : posts_)
    if (post.exchange == gone.exchange && post.transport &&
        post.transport.address() == gone.transport)
      post.transport = nullptr;
}

void session_actor::upgrade_slow_posts(time_point now) {
  if (is_duplex())
    return;
  for (auto& post : posts_)
    if (post.stream == 0 && now - post.received >= options().stream_after)
      stream_of(post);
}

} // namespace troupe
