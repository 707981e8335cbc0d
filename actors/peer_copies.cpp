// Copies of sessions of this node that the other one keeps, and the other way round.

#include <algorithm>
#include <utility>

#include "troupe/actors/peer_actor.hpp"

namespace troupe {

namespace {

/// The part of the window that copies may fill, so that what is said behind them does not wait for long.
constexpr std::size_t part_of_window = 64;

/// After so long without an answer a copy counts as lost.
constexpr std::chrono::seconds answer_timeout{10};

} // namespace

// -- of sessions here -----------------------------------------------------------------------------

caf::result<copy_verdict> peer_actor::on_copy(session_copy& request) {
  if (over_ || other_leaves_)
    return copy_verdict{copy_outcome::lost};
  auto promise = make_response_promise<copy_verdict>();
  copies_waiting_.push_back({std::move(request.image), request.whole, promise});
  return promise;
}

void peer_actor::say_copies() {
  while (!copies_waiting_.empty() && remote_ && queue_.empty() && window_.may_send() &&
         copy_bytes_out_ < config_.options.window_bytes / part_of_window) {
    auto next = std::move(copies_waiting_.front());
    copies_waiting_.pop_front();
    copied_session out{next_exchange_++, next.whole, std::move(*next.image)};
    const auto bytes = item_bytes + bytes_of(out.image);
    copies_sent_.emplace(out.number, sent_copy{bytes, clock().now(), std::move(next.promise)});
    copy_bytes_out_ += bytes;
    batch_bytes_ += bytes;
    batch_.copies.sessions.push_back(std::move(out));
    flush_if_large();
  }
}

void peer_actor::on_copy_answer(const copy_answer& answer) {
  const auto found = copies_sent_.find(answer.number);
  if (found == copies_sent_.end() || answer.outcome >= copy_outcome_count)
    return;
  copy_bytes_out_ -= found->second.bytes;
  found->second.promise.deliver(copy_verdict{static_cast<copy_outcome>(answer.outcome)});
  copies_sent_.erase(found);
}

/// The oldest have the smallest numbers.
void peer_actor::give_up_old_copies() {
  while (!copies_sent_.empty() &&
         clock().now() - copies_sent_.begin()->second.since >= answer_timeout)
    on_copy_answer({copies_sent_.begin()->first, static_cast<std::uint8_t>(copy_outcome::lost)});
}

void peer_actor::lose_copies() {
  for (auto& [number, sent] : std::exchange(copies_sent_, {}))
    sent.promise.deliver(copy_verdict{copy_outcome::lost});
  for (auto& waiting : std::exchange(copies_waiting_, {}))
    waiting.promise.deliver(copy_verdict{copy_outcome::lost});
  copy_bytes_out_ = 0;
}

void peer_actor::on_dropped(const copy_dropped& dropped) {
  if (over_)
    return;
  // What has not gone yet must not come behind.
  std::erase_if(copies_waiting_, [&](waiting_copy& waiting) {
    const bool is_it = waiting.image->id == dropped.session.view();
    if (is_it)
      waiting.promise.deliver(copy_verdict{copy_outcome::lost});
    return is_it;
  });
  batch_bytes_ += item_bytes + dropped.session.view().size();
  batch_.copies.dropped.emplace_back(dropped.session.view());
  flush_if_large();
}

// -- of sessions there ----------------------------------------------------------------------------

std::size_t peer_actor::take_copies(peer_copies& copies) {
  std::size_t bytes = item_bytes * copies.answers.size();
  for (auto& copied : copies.sessions) {
    bytes += item_bytes + bytes_of(copied.image);
    on_copy(copied);
  }
  for (const auto& answer : copies.answers)
    on_copy_answer(answer);
  for (const auto& id : copies.dropped) {
    bytes += item_bytes + id.size();
    const auto session = protocol::session_id::parse(id);
    if (session && !config_.shards.empty())
      if (const auto& shard = config_.shards[protocol::shard_of(*session, config_.shards.size())])
        send(shard, copy_removal{*session, config_.other.number});
  }
  return bytes;
}

void peer_actor::on_copy(copied_session& copied) {
  const auto id = protocol::session_id::parse(copied.image.id);
  const auto shard = id && !config_.shards.empty()
                         ? config_.shards[protocol::shard_of(*id, config_.shards.size())]
                         : caf::actor{};
  if (shard)
    send(shard,
         copy_arrival{std::make_shared<session_image>(std::move(copied.image)), copied.whole,
                      config_.other.number, caf::actor_cast<caf::actor>(this), copied.number});
  else
    on_stored({copied.number, copy_outcome::refused});
}

void peer_actor::on_stored(const copy_stored& stored) {
  if (over_)
    return;
  batch_bytes_ += item_bytes;
  batch_.copies.answers.push_back({stored.number, static_cast<std::uint8_t>(stored.outcome)});
  flush_if_large();
}

} // namespace troupe
