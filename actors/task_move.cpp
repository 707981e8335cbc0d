// A task that goes to another node when its own drains: as soon as its handler has come to an end, or waits for the
// client. What is asked meanwhile is held, and sent after it once the heir has it.

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/actors/incident.hpp"
#include "troupe/actors/task_actor.hpp"
#include "troupe/actors/task_lookup.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

namespace {

/// For an answer of the heir. Beyond it nobody knows whether it has the task.
constexpr std::chrono::seconds verdict_timeout{10};

task_reply make_moving_reply(const protocol::request_id& id) {
  task_reply busy;
  protocol::append_error(busy.json, id,
                         protocol::make_unavailable("This task moves to another node; try again."));
  busy.kind = outcome_kind::refused;
  return busy;
}

} // namespace

void task_actor::leave() {
  if (move_)
    return;
  if (!shard_->nodes || shard_->nodes->peers.empty()) {
    quit();
    return;
  }
  move_ = std::make_unique<task_move>();
  timer::cancel();
  if (shard_->handovers.begin(address()))
    on_handover_turn();
}

void task_actor::on_handover_turn() {
  if (!move_) {
    shard_->handovers.end();
    return;
  }
  move_->has_turn = true;
  hand_over();
}

void task_actor::hand_over() {
  auto heir = find_heir(*shard_->nodes, id_, move_->tried);
  if (!heir) {
    spdlog::warn("{} its task ends with this node: no other node takes it",
                 troupe::describe(*data_));
    quit();
    return;
  }
  move_->heir = *std::move(heir);
  move_->tried.push_back(move_->heir.node);
  shard_->timers.arm(*this, shard_->timers.now() + verdict_timeout);
  request(move_->heir.peer, caf::infinite, task_handover{pack()}) // as long as the timer allows
      .then([this](const handover_verdict& verdict) { on_handover_verdict(verdict); },
            [this](const caf::error&) { // a peer answers for what it has sent, also at its end
              on_handover_verdict({handover_outcome::refused, "the connection is gone"});
            });
}

std::shared_ptr<task_image> task_actor::pack() const {
  auto image = std::make_shared<task_image>();
  image->id = id_.view();
  image->phase = static_cast<std::uint8_t>(phase_);
  image->created_at = created_at_;
  image->updated_at = updated_at_;
  image->message = message_;
  image->call = transfer(*next_round(*data_, answers_, state_));
  encoded_outcome last;
  if (phase_ == phase::input_required) {
    input_required wanted;
    for (const auto& each : open_)
      wanted.requests.emplace(each.wire_key, each.request);
    for (const auto& [wire_key, request] : wanted.requests)
      image->open_keys.push_back(std::ranges::find(open_, wire_key, &question::wire_key)->key);
    last = std::move(wanted);
  } else {
    image->call.params = "{}"; // it will not be called again
    image->call.tool.clear();
    if (phase_ == phase::completed)
      last = encoded_result{content_};
    else
      last = error_;
  }
  image->last_word = make_last_word(0, std::move(last), data_->client->revision);
  for (const auto& [key, times] : asked_)
    image->asked.push_back({key, times});
  image->used_keys.assign(used_keys_.begin(), used_keys_.end());
  return image;
}

void task_actor::on_handover_verdict(const handover_verdict& verdict) {
  if (!move_)
    return;
  switch (verdict.outcome) {
  case handover_outcome::taken:
    leave_to_heir();
    return;
  case handover_outcome::refused:
    spdlog::info("{} node={:08x} does not take its task: {}", troupe::describe(*data_),
                 move_->heir.node, verdict.why);
    hand_over();
    return;
  case handover_outcome::lost:
    // If it has the task, asking another one would make two of it.
    spdlog::warn("{} node={:08x} was lost while it was to take its task: {}",
                 troupe::describe(*data_), move_->heir.node, verdict.why);
    quit();
    return;
  }
}

/// From here on the heir answers. Who asked before is told so, also those that are in this actor's mailbox.
void task_actor::leave_to_heir() {
  timer::cancel();
  moved_ = true;
  shard_->moved_tasks.insert_or_assign(id_, move_->heir.node);
  shard_->tasks.erase(id_);
  end_move();
  send(this, handover_over{});
}

caf::result<task_reply> task_actor::hold(const task_request& request) {
  if (moved_)
    return answer_absent(*shard_, request);
  if (move_->held.size() >= task_move::max_held)
    return make_moving_reply(request.id);
  auto promise = make_response_promise<task_reply>();
  move_->held.push_back({request, promise});
  return promise;
}

/// The task ends here, with the move or without; who asked is told where it is now.
void task_actor::end_move() {
  if (!move_)
    return;
  for (auto& [request, promise] : move_->held)
    promise.deliver(answer_absent(*shard_, request));
  if (move_->has_turn)
    shard_->handovers.end();
  move_.reset();
}

} // namespace troupe
