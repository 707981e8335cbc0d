// Sessions and tasks that go to the other node or come from there, requests that found their session gone, and the
// orderly end of a connection when one of the two nodes leaves the cluster.

#include <utility>

#include "troupe/actors/forward_words.hpp"
#include "troupe/actors/peer_actor.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

// -- sessions and tasks ---------------------------------------------------------------------------

namespace {

handover_verdict make_leaving_verdict() {
  return {handover_outcome::refused, "it is leaving the cluster"};
}

} // namespace

/// How many are on their way is bounded by the threads' queues (handover_queue.hpp).
caf::result<handover_verdict> peer_actor::on_handover(const session_handover& request) {
  if (over_ || other_leaves_)
    return make_leaving_verdict();
  moved_session out{next_exchange_++, std::move(*request.image)};
  const auto promise = make_response_promise<handover_verdict>();
  handovers_.emplace(out.number, promise);
  batch_bytes_ += item_bytes + bytes_of(out.image);
  batch_.moves.sessions.push_back(std::move(out));
  return promise;
}

caf::result<handover_verdict> peer_actor::on_handover(const task_handover& request) {
  if (over_ || other_leaves_)
    return make_leaving_verdict();
  moved_task out{next_exchange_++, std::move(*request.image)};
  const auto promise = make_response_promise<handover_verdict>();
  task_handovers_.emplace(out.number, promise);
  batch_bytes_ += item_bytes + bytes_of(out.image);
  batch_.moves.tasks.push_back(std::move(out));
  return promise;
}

void peer_actor::on_moves(peer_moves& moves) {
  for (auto& moved : moves.sessions)
    on_moved_session(moved);
  for (auto& moved : moves.tasks)
    on_moved_task(moved);
  for (const auto& verdict : moves.verdicts)
    on_moved_verdict(verdict);
  for (const auto& back : moves.bounced)
    on_bounced_request(back);
}

/// The thread that an id names; empty if there is none.
caf::actor peer_actor::home_of(std::string_view text) const {
  const auto id = protocol::session_id::parse(text);
  return id && !config_.shards.empty()
             ? config_.shards[protocol::shard_of(*id, config_.shards.size())]
             : caf::actor{};
}

void peer_actor::on_moved_session(moved_session& moved) {
  if (const auto shard = home_of(moved.image.id)) {
    send(shard, adoption{std::make_shared<session_image>(std::move(moved.image)),
                         caf::actor_cast<caf::actor>(this), moved.number});
    return;
  }
  adoption_verdict refused{moving::session, moved.number, "its thread is starting"};
  on_adoption_verdict(refused);
}

void peer_actor::on_moved_task(moved_task& moved) {
  if (const auto shard = home_of(moved.image.id)) {
    send(shard, task_adoption{std::make_shared<task_image>(std::move(moved.image)),
                              caf::actor_cast<caf::actor>(this), moved.number});
    return;
  }
  adoption_verdict refused{moving::task, moved.number, "its thread is starting"};
  on_adoption_verdict(refused);
}

void peer_actor::on_adoption_verdict(adoption_verdict& verdict) {
  const auto outcome =
      verdict.refused.empty() ? handover_outcome::taken : handover_outcome::refused;
  if (verdict.what == moving::task)
    config_.observer->task_received(outcome);
  else
    config_.observer->session_received(outcome);
  batch_bytes_ += item_bytes;
  batch_.moves.verdicts.push_back({verdict.number, std::move(verdict.refused)});
}

void peer_actor::on_moved_verdict(const moved_verdict& verdict) {
  const auto outcome =
      verdict.refused.empty() ? handover_outcome::taken : handover_outcome::refused;
  auto sent = handovers_.extract(verdict.number);
  if (sent) {
    config_.observer->session_sent(outcome);
  } else {
    sent = task_handovers_.extract(verdict.number);
    if (!sent)
      return;
    config_.observer->task_sent(outcome);
  }
  if (outcome == handover_outcome::taken && !std::exchange(has_taken_, true))
    send(config_.cluster, peer_takes{config_.other.number});
  sent.mapped().deliver(handover_verdict{outcome, verdict.refused});
}

void peer_actor::lose_handovers() {
  const handover_verdict lost{handover_outcome::lost, "the connection ended"};
  for (auto& [number, promise] : std::exchange(handovers_, {})) {
    config_.observer->session_sent(lost.outcome);
    promise.deliver(lost);
  }
  for (auto& [number, promise] : std::exchange(task_handovers_, {})) {
    config_.observer->task_sent(lost.outcome);
    promise.deliver(lost);
  }
}

void peer_actor::on_holdings(const peer_holdings& holdings) {
  // From the cluster of this node, or from the other node.
  if (!remote_)
    return; // told again when it has joined
  if (current_sender() == caf::actor_cast<caf::strong_actor_ptr>(remote_)) {
    heard();
    send(config_.cluster, peer_holds{config_.other.number, holdings.numbers});
  } else {
    send(remote_, holdings);
  }
}

// -- requests that found their session gone ---------------------------------------------------------

/// Of a client of the other node, by a session or a shard of this one.
void peer_actor::on_bounced(const bounced& back) {
  if (served_.erase(back.exchange) == 0)
    return; // the client has gone
  auto words = in_words(back.session, back.content);
  if (!words)
    return;
  bounced_request out{back.exchange, back.to, on_the_wire(*std::move(words))};
  batch_bytes_ += item_bytes + out.request.body.size();
  batch_.moves.bounced.push_back(std::move(out));
}

/// Of a client of this node: its connection finds out where to go from here.
void peer_actor::on_bounced_request(const bounced_request& back) {
  const auto found = exchanges_.find(back.exchange);
  if (found == exchanges_.end())
    return; // the client has gone
  const auto open = std::move(found->second);
  forget(back.exchange, open);
  const auto session = protocol::session_id::parse(back.request.session);
  auto content = from_words(back.request, open.transport, open.exchange, config_.json);
  if (session && content) {
    send(open.transport,
         bounced{open.exchange, *session, *std::move(content), config_.other.number, back.to});
    return;
  }
  reply failed{open.exchange, 500, {}, {}, 0};
  protocol::append_error(failed.body, open.id,
                         protocol::make_invalid_request("The request came back changed."));
  send(open.transport, std::move(failed));
}

/// The other node takes no more requests.
void peer_actor::bounce(forward& request) {
  const auto session = request.session;
  const auto transport = request.transport;
  const auto exchange = request.exchange;
  const auto words = on_the_wire(std::move(request));
  auto content = from_words(words, transport, exchange, config_.json);
  if (transport && content)
    send(transport,
         bounced{exchange, session, *std::move(content), config_.other.number, 0, heirs_});
}

// -- leaving ----------------------------------------------------------------------------------------

void peer_actor::begin_leaving(const troupe::leave& words) {
  if (remote_)
    send(remote_, peer_leaving{words.heirs});
  else
    end("this node leaves the cluster", false);
}

void peer_actor::on_leaving(peer_leaving& words) {
  heard();
  other_leaves_ = true;
  heirs_ = std::move(words.heirs);
  send(config_.cluster, peer_leaves{config_.other.number, heirs_});
}

void peer_actor::on_left_alone() {
  heard();
  left_alone_ = true;
}

void peer_actor::go_on_leaving() {
  if (over_ || !remote_ || !queue_.empty())
    return;
  // All requests of this node have been sent, and none will follow.
  if (other_leaves_ && !std::exchange(said_left_alone_, true))
    send(remote_, peer_left_alone{});
  if (left_alone_ && served_.empty() && asking_tasks_ == 0 && !std::exchange(said_farewell_, true))
    send(remote_, peer_farewell{});
}

} // namespace troupe
