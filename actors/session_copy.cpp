// A session of a node that may crash: whatever it would be missed for is copied to one other node, the one that
// requests for it would go to (find_heir). Changes wait a moment for each other, so a copy is behind by that and the
// way; and a session that is only asked and answers at once has no changes.

#include <chrono>
#include <utility>

#include "troupe/actors/copy_queue.hpp"
#include "troupe/actors/session_actor.hpp"

namespace troupe {

namespace {

/// Of the events in one copy; what is more follows with the next. So a slow connection is not silent for long.
constexpr std::size_t max_event_bytes = 32 * 1024;

} // namespace

/// Others end with their connection, or have nothing yet to go on with.
bool session_actor::is_copied() const {
  return shard_->copies && shard_->nodes && !move_ && !is_duplex() &&
         (phase_ == phase::ready || phase_ == phase::uninitialized);
}

void session_actor::on_changes() {
  seen_changes_ = changes();
  if (!is_copied())
    return;
  if (!copy_)
    copy_ = std::make_unique<session_copy_state>();
  if (!copy_->on_its_way)
    want_copy(shard_->copies->now());
  else if (!std::exchange(copy_->changed, true))
    copy_->since = shard_->copies->now();
}

void session_actor::want_copy(time_point since) {
  if (copy_->waits)
    return;
  const auto heir = find_heir(*shard_->nodes, id_, {});
  if (!heir)
    return; // until there is one, which is told by keeper_check
  choose_keeper(*heir);
  copy_->waits = true;
  shard_->copies->add(heir->node, address(), since);
}

void session_actor::choose_keeper(const session_heir& heir) {
  const auto peer = heir.peer.id();
  if (heir.node == copy_->keeper && peer == copy_->keeper_peer)
    return;
  // What the last one has is good until the next one has it too.
  if (copy_->complete && copy_->former == 0 && heir.node != copy_->keeper)
    copy_->former = copy_->keeper;
  else if (heir.node != copy_->keeper)
    drop_copy(copy_->keeper);
  if (copy_->former == heir.node)
    copy_->former = 0;
  copy_->keeper = heir.node;
  copy_->keeper_peer = peer;
  copy_->complete = false;
}

void session_actor::on_keeper_check() {
  if (!is_copied())
    return;
  if (!copy_)
    copy_ = std::make_unique<session_copy_state>();
  const auto heir = find_heir(*shard_->nodes, id_, {});
  if (!heir) {
    copy_->keeper = copy_->former = 0;
    copy_->complete = false;
    return;
  }
  choose_keeper(*heir);
  if (copy_->complete)
    return;
  if (copy_->on_its_way)
    copy_->changed = true;
  else
    want_copy(shard_->copies->now());
}

void session_actor::on_copy_turn(const copy_turn& turn) {
  if (!copy_ || !shard_->copies)
    return;
  copy_->waits = false;
  const auto heir = is_copied() ? find_heir(*shard_->nodes, id_, {}) : std::nullopt;
  if (!heir || heir->node != turn.lane) {
    shard_->copies->end(turn.lane, address());
    if (heir)
      want_copy(turn.since);
    return;
  }
  choose_keeper(*heir);
  copy_->on_its_way = true;
  copy_->changed = false;
  seen_changes_ = changes();
  ++copy_->version;
  auto image = pack(copy_->complete ? copy_->sequence : 0, max_event_bytes);
  image->version = copy_->version;
  for (const auto& call : calls_)
    if (const auto* post = find_post(call.post); post != nullptr && post->stream != 0)
      image->running.push_back({call.id.to_json(), post->stream});
  const auto last = image->events.empty() ? streams_.sequence() : image->events.back().sequence;
  const auto peer = heir->peer.id();
  request(heir->peer, caf::infinite, session_copy{std::move(image), !copy_->complete})
      .then(
          [this, turn, last, peer](const copy_verdict& verdict) {
            on_copy_verdict(turn, last, peer, verdict.outcome);
          },
          [this, turn, last, peer](const caf::error&) { // a peer answers for all it was given
            on_copy_verdict(turn, last, peer, copy_outcome::lost);
          });
}

void session_actor::on_copy_verdict(const copy_turn& turn, std::uint64_t last, caf::actor_id peer,
                                    copy_outcome outcome) {
  if (phase_ == phase::ended || !shard_->copies)
    return;
  copy_->on_its_way = false;
  auto& queue = *shard_->copies;
  queue.observer().copy_sent(outcome, queue.now() - turn.since);
  if (outcome == copy_outcome::refused)
    queue.refused(turn.lane);
  queue.end(turn.lane, address());
  if (!is_copied())
    return;
  auto since = copy_->changed ? copy_->since : queue.now();
  if (outcome == copy_outcome::kept && peer == copy_->keeper_peer) {
    copy_->complete = true;
    copy_->sequence = last;
    drop_copy(std::exchange(copy_->former, 0));
    if (last < streams_.last_event()) { // it did not fit
      copy_->changed = true;
      since = turn.since;
    }
  } else {
    copy_->complete = false;
    copy_->changed = true;
    since = turn.since;
  }
  if (copy_->changed)
    want_copy(since);
}

void session_actor::drop_copy(protocol::node_number at) {
  if (at == 0 || !shard_->nodes)
    return;
  if (const auto found = shard_->nodes->peers.find(at); found != shard_->nodes->peers.end())
    send(found->second, copy_dropped{id_});
}

/// The session has ended, or goes on elsewhere.
void session_actor::drop_copies() {
  if (!copy_)
    return;
  if (copy_->complete || copy_->on_its_way)
    drop_copy(copy_->keeper);
  drop_copy(copy_->former);
}

} // namespace troupe
