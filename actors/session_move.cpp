// A session that goes to another node when its own drains: it is packed as soon as no call runs, what comes
// meanwhile is held, and once the heir has it, everything is sent there. Nothing is run on the way, so nothing
// is run twice.

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/actors/capability_bits.hpp"
#include "troupe/actors/forward_words.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/actors/session_actor.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

namespace {

/// For an answer of the heir. Beyond it nobody knows whether it has the session.
constexpr std::chrono::seconds verdict_timeout{10};

std::uint64_t milliseconds_between(time_point from, time_point to) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count());
}

} // namespace

/// Others end with their connection, or have nothing yet to go on with.
bool session_actor::can_move() const {
  return !is_duplex() && (phase_ == phase::ready || phase_ == phase::uninitialized) &&
         shard_->nodes && !shard_->nodes->peers.empty();
}

void session_actor::begin_move() {
  move_ = std::make_unique<session_move>();
  timer::cancel();
  streams_.detach_all(now());
  if (shard_->handovers.begin(address()))
    on_handover_turn();
}

void session_actor::on_handover_turn() {
  if (!move_ || phase_ == phase::ended) {
    shard_->handovers.end();
    return;
  }
  move_->has_turn = true;
  hand_over();
}

void session_actor::hand_over() {
  auto heir = find_heir(*shard_->nodes, id_, move_->tried);
  if (!heir) {
    spdlog::warn("session={} client={} ends with this node: no other node takes it", id_.prefix(),
                 client_->identity.id);
    end(session_end::drained);
    return;
  }
  for (const auto& event : std::exchange(move_->late_events, {}))
    if (const auto stream = streams_.standalone())
      streams_.emit(*stream, event);
  move_->heir = *std::move(heir);
  move_->tried.push_back(move_->heir.node);
  move_->packed = true;
  shard_->timers.arm(*this, now() + verdict_timeout);
  request(move_->heir.peer, caf::infinite, session_handover{pack()}) // as long as the timer allows
      .then([this](const handover_verdict& verdict) { on_handover_verdict(verdict); },
            [this](const caf::error&) { // a peer answers for what it has sent, also at its end
              on_handover_verdict({handover_outcome::refused, "the connection is gone"});
            });
}

std::shared_ptr<session_image> session_actor::pack(std::uint64_t after,
                                                   std::size_t max_event_bytes) const {
  auto image = std::make_shared<session_image>();
  image->id = id_.view();
  image->revision = to_string(client_->revision);
  image->client_name = client_->identity.name;
  image->client_version = client_->identity.version;
  image->capabilities = capability_bits(client_->capabilities);
  image->ready = phase_ == phase::ready;
  image->log_level = static_cast<std::uint8_t>(client_->log_level());
  image->subscriptions = subscriptions_;
  streams_.pack(*image, now(), after, max_event_bytes);
  image->next_question = next_question_;
  image->idle_ms = milliseconds_between(last_activity_, now());
  image->age_ms = milliseconds_between(created_, now());
  return image;
}

void session_actor::on_handover_verdict(const handover_verdict& verdict) {
  if (!move_ || phase_ == phase::ended)
    return;
  switch (verdict.outcome) {
  case handover_outcome::taken:
    leave_to_heir();
    return;
  case handover_outcome::refused:
    spdlog::info("session={} client={} node={:08x} does not take it: {}", id_.prefix(),
                 client_->identity.id, move_->heir.node, verdict.why);
    move_->packed = false;
    hand_over();
    return;
  case handover_outcome::lost:
    // If it has the session, asking another one would make two of it.
    spdlog::warn("session={} client={} node={:08x} was lost while it was to take it: {}",
                 id_.prefix(), client_->identity.id, move_->heir.node, verdict.why);
    end(session_end::drained);
    return;
  }
}

/// From here on the heir answers. What is in this actor's mailbox already follows, then the end.
void session_actor::leave_to_heir() {
  timer::cancel();
  move_->over = true;
  shard_->moved.add(id_, move_->heir.node, move_->heir.peer, subscriptions_);
  unsubscribe_all();
  leave_tables();
  for (const auto& event : std::exchange(move_->late_events, {}))
    send_late(event);
  for (auto& message : std::exchange(move_->held, {}))
    send_on(std::move(message));
  send(this, handover_over{});
}

void session_actor::send_on(session_move::held_message&& message) {
  if (message.transport) {
    send(message.transport, bounced{message.exchange, id_, std::move(message.content), shard_->node,
                                    move_->heir.node});
    return;
  }
  if (auto words = in_words(id_, message.content))
    send(move_->heir.peer, *std::move(words));
}

void session_actor::send_late(const frame_ptr& event) {
  send(move_->heir.peer, in_words(id_, event));
}

/// Keeps what came while the session is on its way.
void session_actor::hold(caf::message content, const caf::actor& transport, exchange_id exchange) {
  session_move::held_message message{std::move(content), transport, exchange};
  if (move_->over)
    send_on(std::move(message));
  else if (move_->held.size() < session_move::max_held)
    move_->held.push_back(std::move(message));
  else if (transport)
    refuse_moving(transport, exchange);
}

void session_actor::hold_event(const frame_ptr& event) {
  if (move_->over)
    send_late(event);
  else if (move_->late_events.size() < options().replay_events)
    move_->late_events.push_back(event);
  else
    observer().events_dropped(1);
}

/// The client waits no longer for something that is held.
void session_actor::drop_held(const exchange_lost& gone) {
  std::erase_if(move_->held, [&](const session_move::held_message& message) {
    return message.exchange == gone.exchange && message.transport &&
           message.transport.address() == gone.transport;
  });
}

void session_actor::refuse_moving(const caf::actor& transport, exchange_id exchange) {
  reply_error(transport, exchange, 503,
              protocol::make_unavailable("This session moves to another node; try again."), 1);
}

/// The session ends, with the move or without.
void session_actor::end_move() {
  if (!move_)
    return;
  for (const auto& message : move_->held)
    if (message.transport)
      refuse_moving(message.transport, message.exchange);
  if (move_->has_turn)
    shard_->handovers.end();
  move_.reset();
}

} // namespace troupe
