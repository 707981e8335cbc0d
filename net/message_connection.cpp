#include "troupe/net/message_connection.hpp"

#include <algorithm>
#include <utility>

#include <caf/spawn_options.hpp>

#include "troupe/net/io_unit.hpp"
#include "troupe/net/message_connection_actor.hpp"
#include "troupe/protocol/modern_request.hpp"

namespace troupe::net {

// An idle connection is this object, its mailbox and its port. The goal for an idle WebSocket with a
// session: 5 KiB in all (docs/decisions/0015-memory.md).
static_assert(sizeof(message_connection) <= 1216);

namespace {

/// Output that waits when no further message is looked at.
constexpr std::size_t enough_output = 64 * 1024;

} // namespace

caf::actor spawn_message_connection(const connection_context_ptr& context, transport_kind kind,
                                    const make_message_port& make_port) {
  auto handle =
      spawn_pinned<message_connection, caf::lazy_init>(*context->shard().home, context, kind);
  context->shard().adopt(handle);
  auto& self = static_cast<message_connection&>(*caf::actor_cast<caf::abstract_actor*>(handle));
  self.on_event([&] { self.start(make_port); });
  return handle;
}

message_connection::message_connection(caf::actor_config& config, connection_context_ptr context,
                                       transport_kind kind)
    : super(config), context_(std::move(context)), kind_(kind) {}

caf::behavior message_connection::make_behavior() {
  constexpr auto self = &running<message_connection>;
  static const caf::behavior shared{
      [](const stream_event& event) { self().on_stream_event(event); },
      [](const session_over& over) { self().on_session_over(over); },
      [](const slots_answered& answer) { self().on_slots(answer); },
      [](call_finished& done) {
        if (auto* const open = self().find(done.call); open != nullptr && open->run)
          open->run->call().on_finished(std::move(done.result));
      },
      [](call_event& event) { self().on_call_event(event.call, std::move(event.json)); },
      [](const call_slot& slot) {
        if (auto* const open = self().find(slot.call); open != nullptr && open->run)
          open->run->call().on_slot(slot);
      },
      [](const handler_gone& gone) { self().on_handler_gone(gone); },
      [](drain) { self().start_draining(); },
  };
  return shared;
}

void message_connection::start(const make_message_port& make_port) {
  self_ = caf::strong_actor_ptr{ctrl()};
  last_message_ = now();
  if (kind_ != transport_kind::websocket)
    context_->observer().connection_accepted(kind_);
  port_ = make_port(*this);
  port_->start();
  settle();
}

caf::resumable::resume_result message_connection::resume(caf::execution_unit* unit,
                                                         std::size_t limit) {
  const auto result = super::resume(unit, limit);
  if (!closed_)
    on_event([this] { settle(); });
  return result;
}

void message_connection::activate(const std::function<void()>& step) {
  io_unit::catch_up(); // timers may fire, this connection's too
  if (closed_)
    return;
  on_event([&] {
    step();
    settle();
  });
}

caf::actor message_connection::self_handle() const {
  return caf::actor_cast<caf::actor>(self_);
}

// -- input ------------------------------------------------------------------------------------------

void message_connection::on_message(std::string_view text) {
  if (closed_ || closing_)
    return;
  last_message_ = now();
  heard_ = true;
  const auto parsed = protocol::document::parse(text, options().json);
  if (!parsed) {
    const auto& problem = parsed.error();
    if (problem.error.code == protocol::error_code::parse_error)
      context_->observer().parse_failed(parse_failure::json);
    refuse(problem.id, problem.error, unknown_id());
  } else if (protocol::find_era(**parsed, std::nullopt) == protocol::era::modern) {
    handle_modern(*parsed);
  } else {
    handle_legacy(*parsed);
  }
  if (!closed_)
    pace_input();
}

void message_connection::on_bad_message(std::int32_t code, std::string_view what) {
  if (closed_ || closing_)
    return;
  last_message_ = now();
  context_->observer().parse_failed(parse_failure::body);
  refuse(std::nullopt, {code, std::string{what}}, unknown_id());
  pace_input();
}

void message_connection::on_input_end() {
  input_over_ = true;
  if (session_)
    send(session_, input_over{exchange_});
  end_listening();
}

void message_connection::on_closed(connection_end why) {
  end(why);
}

/// A peer that does not take what it asked for gets nothing more done. What comes behind an initialize
/// waits until there is a session, or none.
void message_connection::pace_input() {
  const bool hold = pending_body_ || opening_ || session_end_ || closing_ ||
                    port_->waiting_bytes() > std::min(enough_output, options().max_output_bytes);
  if (hold != held_)
    port_->hold_input(held_ = hold);
}

// -- output -----------------------------------------------------------------------------------------

void message_connection::send_answer(std::string&& json) {
  // Not size(): g++ 12 -O3 then sees a move of 16 KiB in place.
  if (json.capacity() < frame::large_bytes)
    port_->send(std::string_view{json});
  else
    port_->send(make_frame(std::move(json)));
}

bool message_connection::takes_notification() {
  if (closing_)
    return false;
  if (port_->waiting_bytes() > options().max_output_bytes) {
    port_->flush(); // a burst is no fault of the peer
    if (!closed_ && port_->waiting_bytes() > options().max_output_bytes)
      end(connection_end::slow_consumer);
  }
  return !closed_;
}

void message_connection::refuse(const std::optional<protocol::request_id>& id, const rpc_error& why,
                                protocol::unknown_id unknown) {
  std::string json;
  protocol::append_error(json, id, why, unknown);
  send_answer(std::move(json));
}

/// The schema of the modern era has no `"id":null`.
protocol::unknown_id message_connection::unknown_id() const noexcept {
  return modern_ && !session_ ? protocol::unknown_id::omit : protocol::unknown_id::null;
}

// -- what follows every activation ------------------------------------------------------------------

void message_connection::settle() {
  if (closed_)
    return;
  if (!closing_)
    close_when_over();
  if (!closed_)
    port_->flush();
  if (closed_)
    return;
  pace_input();
  arm(port_->deadline());
  arm(idle_until());
}

bool message_connection::is_busy() const noexcept {
  return session_ || pending_body_ || !open_.empty();
}

void message_connection::close_when_over() {
  if (is_busy())
    return;
  if (is_draining())
    close(port_close::going_away, connection_end::drained);
  else if (session_end_ == session_end::failed)
    close(port_close::failed, connection_end::failed);
  else if (session_end_ && !input_over_)
    close(port_close::normal, connection_end::completed);
  else if (input_over_)
    close(port_close::normal, connection_end::client_closed);
}

void message_connection::close(port_close why, connection_end as) {
  end_listening();
  closing_ = true;
  end_ = as;
  port_->close(why, as);
}

// -- time -------------------------------------------------------------------------------------------

void message_connection::arm(time_point due) {
  // A deadline that moves on with every message is not worth moving the timer.
  if (due != time_point::max() && (!armed() || timer::deadline() > due))
    context_->shard().timers.arm(*this, due);
}

/// Who started this process for itself alone may be silent for as long as it likes; a session has a
/// timeout of its own.
time_point message_connection::idle_until() const noexcept {
  if (kind_ == transport_kind::stdio || is_busy() || !listens_.empty() || closing_)
    return time_point::max();
  return last_message_ + (heard_ ? session_settings().idle_timeout_with_stream
                                 : session_settings().initialize_timeout);
}

void message_connection::on_timer(time_point now) {
  const auto self = self_; // the connection may end here
  on_event([&] {
    if (now >= port_->deadline())
      port_->on_time(now);
    if (!closed_)
      time_out_calls(now);
    if (!closed_ && now >= idle_until())
      close(port_close::normal,
            heard_ ? connection_end::keep_alive_timeout : connection_end::header_timeout);
    settle();
  });
}

// -- the end ----------------------------------------------------------------------------------------

/// The session is told by the shard itself, and ends when its calls have.
void message_connection::start_draining() {
  draining_ = true;
  end_listening();
}

void message_connection::leave() {
  if (session_)
    send(std::exchange(session_, nullptr), exchange_lost{address(), exchange_});
  ++exchange_; // what is still on its way is stale
  pending_body_ = nullptr;
  open_.clear();
  for (; !listens_.empty(); listens_.pop_back())
    observer().stream_closed();
}

void message_connection::end(connection_end why) {
  if (closed_)
    return;
  closed_ = true;
  end_ = why;
  leave();
  quit();
}

void message_connection::on_exit() {
  if (!self_)
    return;       // never started, or over already
  if (!closed_) { // ended from outside
    closed_ = true;
    leave();
    if (is_draining())
      end_ = connection_end::drained;
  }
  timer::cancel();
  if (port_)
    port_->abort();
  context_->observer().connection_closed(end_, kind_);
  if (kind_ != transport_kind::stdio)
    context_->shard().limits.release(limit::connections);
  self_ = nullptr;
}

} // namespace troupe::net
