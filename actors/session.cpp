#include "troupe/actors/session.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/actors/client_number.hpp"
#include "troupe/actors/incident.hpp"
#include "troupe/actors/session_actor.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

opened_session open_session(const shard_state_ptr& shard) {
  const auto id = protocol::make_session_id(shard->count, shard->index);
  const auto number = shard->next_client++;
  auto handle = spawn_pinned<session_actor, caf::lazy_init>(*shard->home, shard, id, number);
  shard->sessions.emplace(id, handle);
  shard->clients.emplace(number, handle);
  shard->adopt(handle);
  return {id, std::move(handle)};
}

session_actor::session_actor(caf::actor_config& config, shard_state_ptr shard,
                             protocol::session_id id, std::uint64_t number)
    : pinned(config),
      shard_(std::move(shard)),
      id_(id),
      number_(number),
      client_(new client),
      streams_(this, *shard_->options, *shard_->observer),
      last_activity_(shard_->timers.now()),
      created_(last_activity_) {
  client_->identity.id = to_string(client_number{shard_->index, number});
  client_->log_level(protocol::log_level::info);
  schedule();
}

caf::behavior session_actor::make_behavior() {
  constexpr auto self = &running<session_actor>;
  static const caf::behavior shared{
      [](client_post& post) { self().on_post(post); },
      [](call_finished& done) { self().finish_call(done.call, std::move(done.result)); },
      [](call_event& event) { self().on_call_event(event.call, std::move(event.json)); },
      [](client_notice& notice) { self().on_notice(notice); },
      [](const deliver& event) { self().on_deliver(event); },
      [](const stream_request& request) { self().on_stream_request(request); },
      [](const exchange_lost& gone) { self().lost(gone); },
      [](const call_stream_detached& detach) { self().on_stream_detached(detach.call); },
      [](const call_slot& answer) { self().on_call_slot(answer); },
      [](const session_deletion& request) { self().on_deletion(request); },
      [](const notify_client& request) { return self().on_notify(request); },
      [](const handler_gone& gone) { self().on_handler_gone(gone); },
      [](const drain&) { self().on_drain(); },
  };
  return shared;
}

// -- streams --------------------------------------------------------------------------------------

void session_actor::on_stream_request(const stream_request& request) {
  if (phase_ != phase::ready) {
    refuse(request.transport, request.exchange, 400, protocol::make_not_initialized());
    return;
  }
  touch();
  if (draining_) {
    refuse(request.transport, request.exchange, 503,
           protocol::make_invalid_request("This server is shutting down; connect again."), 1);
    return;
  }
  if (request.last_event) {
    const auto status = streams_.resume(*request.last_event, request.transport, request.exchange);
    if (status != resume_status::resumed)
      refuse(request.transport, request.exchange, 400,
             protocol::make_invalid_request(
                 status == resume_status::unknown
                     ? "Last-Event-ID names no event of this session; open a stream without it."
                     : "The events after this Last-Event-ID are not kept any more; open a stream "
                       "without it."));
    schedule();
    return;
  }
  if (streams_.is_full()) {
    observer().limit_refused("streams_per_session");
    refuse(request.transport, request.exchange, 429,
           protocol::make_invalid_request("This session has reached its limit of open streams; "
                                          "close one first."),
           1);
    return;
  }
  streams_.open(stream_kind::standalone, request.transport, request.exchange,
                has_priming_event(client_->revision));
}

void session_actor::on_deliver(const deliver& event) {
  if (phase_ != phase::ready)
    return;
  if (const auto stream = streams_.standalone())
    streams_.emit(*stream, event.notification);
}

notified session_actor::on_notify(const notify_client& request) {
  if (phase_ != phase::ready)
    return {notify_status::client_not_initialized};
  const auto stream = streams_.standalone();
  if (!stream)
    return {notify_status::not_supported};
  std::string json;
  std::string params;
  if (!request.params.is_null())
    protocol::append_json(params, request.params);
  protocol::append_notification(json, request.method, std::string_view{params});
  streams_.emit(*stream, make_frame(std::move(json)));
  return {notify_status::delivered};
}

// -- the end --------------------------------------------------------------------------------------

void session_actor::on_deletion(const session_deletion& request) {
  send(request.transport, reply{request.exchange, 204, {}, {}, 0});
  end(session_end::deleted);
}

void session_actor::on_drain() {
  draining_ = true;
  streams_.finish_standalone();
  end_if_drained();
}

void session_actor::end_if_drained() {
  if (draining_ && calls_.empty() && posts_.empty() && current_ == nullptr)
    end(session_end::drained);
}

void session_actor::end(session_end why) {
  if (phase_ == phase::ended)
    return;
  end_reason_ = why;
  quit(caf::exit_reason::normal);
}

void session_actor::on_exit() {
  if (phase_ == phase::ended)
    return;
  const bool was_announced = phase_ == phase::uninitialized || phase_ == phase::ready;
  const bool was_ready = phase_ == phase::ready;
  phase_ = phase::ended;
  // Killed because the node or its shard ends: not a defect of this session.
  if (end_reason_ == session_end::failed && shard_->draining)
    end_reason_ = session_end::drained;
  if (end_reason_ == session_end::drained)
    for (const auto& call : calls_)
      spdlog::warn("killed at the shutdown limit: client={} method={} name={}",
                   client_->identity.id, to_string(call.data->method), call.data->name);
  timer::cancel();
  while (!calls_.empty())
    drop_call(calls_.back().data->number, true);
  fail_open_posts();
  streams_.finish_all();
  unsubscribe_all();
  leave_tables();
  shard_->limits.release(limit::sessions);
  if (!was_ready)
    shard_->limits.release(limit::uninitialized_sessions);
  observer().session_ended(end_reason_);
  if (end_reason_ == session_end::failed)
    spdlog::error("session={} client={} ended by a failure", id_.prefix(), client_->identity.id);
  if (was_announced && shard_->hooks)
    send(shard_->hooks, client_disconnected{client_->identity, end_reason_});
}

void session_actor::leave_tables() {
  shard_->sessions.erase(id_);
  shard_->clients.erase(number_);
}

void session_actor::fail_open_posts() {
  const auto error = protocol::make_invalid_request(
      std::string{"The session ended ("} + std::string{to_string(end_reason_)} +
      ") before the request was answered; begin a new session.");
  for (auto& post : posts_)
    if (post.transport && post.stream == 0)
      refuse(post.transport, post.exchange, end_reason_ == session_end::failed ? 500 : 404, error);
  posts_.clear();
}

void session_actor::refuse(const caf::actor& transport, exchange_id exchange, int status,
                           const rpc_error& error, int retry_after) {
  std::string body;
  protocol::append_error(body, std::nullopt, error);
  send(transport, reply{exchange, status, std::move(body), {}, retry_after});
}

// -- time -----------------------------------------------------------------------------------------

void session_actor::on_timer(time_point now) {
  on_event([this, now] {
    streams_.expire(now);
    upgrade_slow_posts(now);
    time_out_calls(now);
    if (!calls_.empty())
      last_activity_ = now;
    const bool held = streams_.has_attached_standalone();
    const auto idle = held ? options().idle_timeout_with_stream : options().idle_timeout;
    if (phase_ != phase::ready && now - created_ >= options().initialize_timeout)
      end(session_end::never_initialized);
    else if (now - last_activity_ >= idle)
      end(session_end::idle);
    else
      schedule();
  });
}

void session_actor::schedule() {
  const bool held = streams_.has_attached_standalone();
  auto due = last_activity_ + (held ? options().idle_timeout_with_stream : options().idle_timeout);
  if (phase_ != phase::ready)
    due = std::min(due, created_ + options().initialize_timeout);
  if (const auto expiry = streams_.next_expiry())
    due = std::min(due, *expiry);
  for (const auto& call : calls_)
    due = std::min(due, call.deadline);
  for (const auto& post : posts_)
    if (post.stream == 0 && post.accepts_sse && post.transport)
      due = std::min(due, post.received + options().stream_after);
  // Activity moves the deadline away: then the timer just fires once too early and is set again.
  if (!armed() || due < deadline())
    shard_->timers.arm(*this, due);
}

void session_actor::count(protocol::method method, outcome_kind kind, time_point received) const {
  observer().request_finished(method, kind, clock::now() - received);
}

} // namespace troupe
