#include "troupe/actors/session.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/actors/client_number.hpp"
#include "troupe/actors/incident.hpp"
#include "troupe/actors/session_actor.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

// An idle session is these two and its place in the tables. The goal for it, its event stream and their
// connection: 4 KiB in all (docs/decisions/0015-memory.md).
static_assert(sizeof(session_actor) <= 1472);
static_assert(sizeof(client) <= 160);

opened_session open_session(const shard_state_ptr& shard, const session_transport& transport) {
  const auto id = shard->draw_id();
  const auto number = shard->next_client++;
  auto handle =
      spawn_pinned<session_actor, caf::lazy_init>(*shard->home, shard, id, number, transport);
  shard->sessions.emplace(id, handle);
  shard->clients.emplace(number, handle);
  shard->adopt(handle);
  return {id, std::move(handle)};
}

session_actor::session_actor(caf::actor_config& config, shard_state_ptr shard,
                             protocol::session_id id, std::uint64_t number,
                             session_transport transport)
    : pinned(config),
      shard_(std::move(shard)),
      id_(id),
      number_(number),
      transport_(std::move(transport)),
      client_(new client),
      streams_(this, *shard_->options, *shard_->observer),
      last_activity_(shard_->timers.now()),
      created_(last_activity_) {
  client_->identity.id = to_string(client_number{shard_->index, number});
  client_->log_level(protocol::log_level::info);
  if (is_duplex())
    streams_.open_direct(transport_.carrier, transport_.exchange);
  if (transport_.kind == transport_kind::sse)
    observer().stream_opened();
  schedule();
}

caf::behavior session_actor::make_behavior() {
  constexpr auto self = &running<session_actor>;
  static const caf::behavior shared{
      [](client_post& post) { self().on_post(post); },
      [](call_finished& done) { self().finish_call(done.call, std::move(done.result)); },
      [](call_event& event) { self().on_call_event(event.call, std::move(event.json)); },
      [](client_message& message) { self().on_message(message); },
      [](const input_over&) { self().on_input_over(); },
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
      [](handover_turn) { self().on_handover_turn(); },
      [](handover_over) { self().end(session_end::moved); },
      [](const copy_turn& turn) { self().on_copy_turn(turn); },
      [](keeper_check) { self().on_keeper_check(); },
  };
  return shared;
}

caf::resumable::resume_result session_actor::resume(caf::execution_unit* unit, std::size_t limit) {
  const auto result = pinned::resume(unit, limit);
  note_changes();
  return result;
}

bool session_actor::on_frequent(const std::type_info& type, void* content) {
  if (type == typeid(client_post)) {
    on_post(*static_cast<client_post*>(content));
  } else if (type == typeid(call_finished)) {
    auto& done = *static_cast<call_finished*>(content);
    finish_call(done.call, std::move(done.result));
  } else if (type == typeid(deliver)) {
    on_deliver(*static_cast<deliver*>(content));
  } else {
    return false;
  }
  return true;
}

// -- streams --------------------------------------------------------------------------------------

void session_actor::on_stream_request(const stream_request& request) {
  if (is_foreign(request.transport, request.exchange))
    return;
  if (move_) {
    hold(caf::make_message(request), request.transport, request.exchange);
    return;
  }
  if (phase_ != phase::ready) {
    refuse(request.transport, request.exchange, 400, protocol::make_not_initialized());
    return;
  }
  touch();
  if (draining_ && !can_move()) {
    refuse(request.transport, request.exchange, 503,
           protocol::make_unavailable("This server is shutting down; connect again."), 1);
    return;
  }
  if (request.last_event) {
    const auto status = streams_.resume(*request.last_event, request.transport, request.exchange);
    if (status == resume_status::incomplete || status == resume_status::expired)
      spdlog::info("client={} came back for stream={} when some of its events were not kept any "
                   "more; streams.replay_events and streams.replay_bytes say how many are",
                   client_->identity.id, request.last_event->stream);
    if (status == resume_status::unknown)
      refuse(request.transport, request.exchange, 400,
             protocol::make_invalid_request(
                 "Last-Event-ID names no event of this session; open a stream without it."));
    else if (status == resume_status::expired)
      refuse(request.transport, request.exchange, 400,
             protocol::make_invalid_request(
                 "The events after this Last-Event-ID, the answer to its request among them, are "
                 "not kept any more; send the request again."));
    else if (status == resume_status::lost)
      refuse(request.transport, request.exchange, 400,
             protocol::make_invalid_request(
                 "The node that served this request was lost; it may have been carried out or "
                 "not."));
    schedule();
    return;
  }
  if (streams_.is_full()) {
    observer().limit_refused("streams_per_session");
    refuse(request.transport, request.exchange, 429,
           protocol::make_unavailable("This session has reached its limit of open streams; "
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
  if (move_ && move_->packed)
    hold_event(event.notification);
  else if (const auto stream = streams_.standalone())
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
  if (move_ && move_->packed)
    hold_event(make_frame(std::move(json)));
  else
    streams_.emit(*stream, make_frame(std::move(json)));
  return {notify_status::delivered};
}

// -- the end --------------------------------------------------------------------------------------

void session_actor::on_deletion(const session_deletion& request) {
  if (is_foreign(request.transport, request.exchange))
    return;
  if (move_) {
    hold(caf::make_message(request), request.transport, request.exchange);
    return;
  }
  send(request.transport, reply{request.exchange, 204, {}, {}, 0});
  end(session_end::deleted);
}

void session_actor::on_drain() {
  draining_ = true;
  // The only stream of a duplex transport also carries the answers that are still to come; those of a
  // session that moves are ended when it does.
  if (!is_duplex() && !can_move())
    streams_.finish_standalone();
  end_if_drained();
}

void session_actor::on_input_over() {
  input_over_ = true;
  // Who was asked cannot answer any more.
  std::vector<std::uint64_t> waiting;
  for (const auto& call : calls_)
    if (!call.questions.requests.empty())
      waiting.push_back(call.data->number);
  for (const auto number : waiting)
    fail_call(number, "The client closed its input before it answered a request of this call.",
              outcome_kind::cancelled);
  end_if_drained();
}

void session_actor::end_if_drained() {
  if ((!draining_ && !input_over_) || move_ || !calls_.empty() || !posts_.empty() ||
      current_ != nullptr)
    return;
  if (can_move())
    begin_move();
  else
    end(draining_ ? session_end::drained : session_end::disconnected);
}

bool session_actor::is_foreign(const caf::actor& transport, exchange_id exchange) {
  if (!is_duplex())
    return false;
  if (transport)
    reply_error(transport, exchange, 404,
                protocol::make_invalid_request("There is no such session on this transport; start "
                                               "a new one with initialize."));
  return true;
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
  end_move();
  drop_copies();
  if (end_reason_ == session_end::drained)
    for (const auto& call : calls_)
      spdlog::warn("killed at the shutdown limit: {}", describe(*call.data));
  timer::cancel();
  if (is_duplex() && end_reason_ != session_end::disconnected)
    fail_running_calls();
  while (!calls_.empty())
    drop_call(calls_.back().data->number, true);
  fail_open_posts();
  streams_.finish_all();
  if (transport_.kind == transport_kind::sse)
    observer().stream_closed();
  if (is_duplex())
    send(transport_.carrier, session_over{transport_.exchange, end_reason_});
  unsubscribe_all();
  leave_tables();
  shard_->limits.release(limit::sessions);
  if (!was_ready)
    shard_->limits.release(limit::uninitialized_sessions);
  observer().session_ended(end_reason_, transport_.kind);
  if (end_reason_ == session_end::failed)
    spdlog::error("session={} client={} ended by a failure", id_.prefix(), client_->identity.id);
  if (was_announced && shard_->hooks)
    send(shard_->hooks, client_disconnected{client_->identity, end_reason_});
}

void session_actor::leave_tables() {
  if (shard_->sessions.erase(id_) > 0)
    shard_->release_foreign(id_);
  shard_->clients.erase(number_);
}

/// A duplex transport is still there when its session is killed: nobody is to wait in vain.
void session_actor::fail_running_calls() {
  const auto stream = streams_.standalone();
  for (const auto& call : calls_) {
    auto failed = failure(call.id, {protocol::error_code::internal_error,
                                    "The session ended (" + std::string{to_string(end_reason_)} +
                                        ") before the request was answered; begin a new session.",
                                    nullptr});
    if (stream)
      streams_.emit(*stream, make_frame(std::move(failed.json)));
  }
}

void session_actor::fail_open_posts() {
  const auto error = protocol::make_invalid_request(
      std::string{"The session ended ("} + std::string{to_string(end_reason_)} +
      ") before the request was answered; begin a new session.");
  for (auto& post : posts_)
    if (post.transport && post.stream == 0 && !is_duplex())
      refuse(post.transport, post.exchange, end_reason_ == session_end::failed ? 500 : 404, error);
  posts_.clear();
}

void session_actor::refuse(const caf::actor& transport, exchange_id exchange, int status,
                           const rpc_error& error, int retry_after) {
  if (!is_duplex()) {
    reply_error(transport, exchange, status, error, retry_after);
    return;
  }
  std::string json;
  protocol::append_error(json, std::nullopt, error);
  if (const auto stream = streams_.standalone())
    streams_.emit(*stream, make_frame(std::move(json)));
}

void session_actor::reply_error(const caf::actor& transport, exchange_id exchange, int status,
                                const rpc_error& error, int retry_after) {
  std::string body;
  protocol::append_error(body, std::nullopt, error);
  send(transport, reply{exchange, status, std::move(body), {}, retry_after});
}

// -- time -----------------------------------------------------------------------------------------

void session_actor::on_timer(time_point now) {
  on_event([this, now] {
    if (move_) {
      on_handover_verdict({handover_outcome::lost, "it did not answer in time"});
      return;
    }
    streams_.expire(now);
    upgrade_slow_posts(now);
    time_out_calls(now);
    if (!calls_.empty())
      last_activity_ = now;
    const auto idle = idle_limit();
    if (phase_ != phase::ready && now - created_ >= options().initialize_timeout)
      end(session_end::never_initialized);
    else if (idle && now - last_activity_ >= *idle)
      end(session_end::idle);
    else
      schedule();
    note_changes();
  });
}

std::optional<std::chrono::milliseconds> session_actor::idle_limit() const {
  // Who started this process for itself alone may be silent for as long as it likes.
  if (transport_.kind == transport_kind::stdio)
    return std::nullopt;
  return is_duplex() || streams_.has_attached_standalone() ? options().idle_timeout_with_stream
                                                           : options().idle_timeout;
}

void session_actor::schedule() {
  const auto idle = idle_limit();
  auto due = idle ? last_activity_ + *idle : time_point::max();
  if (phase_ != phase::ready)
    due = std::min(due, created_ + options().initialize_timeout);
  if (const auto expiry = streams_.next_expiry())
    due = std::min(due, *expiry);
  for (const auto& call : calls_)
    due = std::min(due, call.deadline);
  for (const auto& post : posts_)
    if (post.stream == 0 && post.accepts_sse && post.transport && !is_duplex())
      due = std::min(due, post.received + options().stream_after);
  if (due == time_point::max())
    return;
  // Activity moves the deadline away: then the timer just fires once too early and is set again.
  if (!armed() || due < deadline())
    shard_->timers.arm(*this, due);
}

void session_actor::count(protocol::method method, outcome_kind kind, time_point received) const {
  observer().request_finished(method, kind, transport_.kind, clock::now() - received);
}

} // namespace troupe
