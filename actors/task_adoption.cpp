#include "troupe/actors/task_adoption.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <caf/send.hpp>

#include "troupe/actors/task_actor.hpp"

namespace troupe {

namespace {

// What a client has sent was within the limits of the node it reached.
constexpr protocol::parse_limits own_limits{128, 10'000'000, 1'000'000};

constexpr std::string_view is_here = "it has a task of this id";
constexpr std::string_view unreadable = "what came is not a task";

/// A task that has come, and who is to be told what became of it.
struct arrival {
  std::shared_ptr<task_image> image;
  caf::actor peer;
  std::uint64_t number = 0;

  void answer(std::string_view refused = {}) const {
    caf::anon_send(peer, adoption_verdict{moving::task, number, std::string{refused}});
  }
};

/// Whether the parts that unpack() relies on fit each other.
bool is_sound(const task_image& image, const outcome& last) {
  switch (static_cast<task_phase>(image.phase)) {
  case task_phase::working:
    return false;
  case task_phase::input_required: {
    const auto* wanted = std::get_if<input_required>(&last.value);
    return wanted != nullptr && !wanted->requests.empty() &&
           wanted->requests.size() == image.open_keys.size();
  }
  case task_phase::completed:
    return std::holds_alternative<encoded_result>(last.value);
  case task_phase::failed:
    return std::holds_alternative<rpc_error>(last.value);
  case task_phase::cancelled:
    return true;
  }
  return false;
}

/// The slot is acquired; empty, or why it is given back.
std::string_view make_task(const shard_state_ptr& shard, task_image& image) {
  const auto id = task_id::parse(image.id).value();
  if (shard->tasks.contains(id)) // it may have come in another way meanwhile
    return is_here;
  auto last = outcome_of(std::move(image.last_word));
  auto data = receive(std::move(image.call), {}, own_limits);
  if (!data || !is_sound(image, last))
    return unreadable;
  handler run;
  if (static_cast<task_phase>(image.phase) == task_phase::input_required) {
    const auto* tool = shard->catalog->tools.find(data->name);
    if (tool == nullptr)
      return "it does not have the tool that is to go on with it";
    run = tool->run;
    data->output_check = tool->output_check;
  }
  const auto handle = spawn_pinned<task_actor, caf::lazy_init>(*shard->home, shard, id,
                                                               std::move(data), std::move(run));
  shard->tasks.emplace(id, handle);
  shard->adopt(handle);
  shard->hold_foreign(id);
  auto& self = static_cast<task_actor&>(*caf::actor_cast<caf::abstract_actor*>(handle));
  self.on_event([&] { self.unpack(image, std::move(last)); });
  return {};
}

} // namespace

void adopt_task(const shard_state_ptr& shard, task_adoption& request) {
  arrival one{std::move(request.image), std::move(request.peer), request.number};
  const auto id = task_id::parse(one.image->id);
  if (!id || one.image->phase > static_cast<std::uint8_t>(task_phase::cancelled)) {
    one.answer(unreadable);
    return;
  }
  if (shard->draining) {
    one.answer("it is shutting down too");
    return;
  }
  if (shard->tasks.contains(*id)) {
    one.answer(is_here);
    return;
  }
  shard->limits.acquire(limit::tasks, [weak = std::weak_ptr{shard}, one](bool acquired) {
    const auto owner = weak.lock();
    if (!acquired || !owner) {
      one.answer("the limit of tasks is reached there (limits.max_tasks)");
      return;
    }
    const auto refused = make_task(owner, *one.image);
    if (!refused.empty())
      owner->limits.release(limit::tasks);
    one.answer(refused);
  });
}

void task_actor::unpack(const task_image& image, outcome&& last) {
  phase_ = static_cast<phase>(image.phase);
  created_at_ = image.created_at;
  updated_at_ = image.updated_at;
  message_ = image.message;
  for (const auto& [key, times] : image.asked)
    asked_.emplace(key, times);
  used_keys_.insert(image.used_keys.begin(), image.used_keys.end());
  if (auto* result = std::get_if<encoded_result>(&last.value)) {
    content_ = std::move(result->json);
  } else if (auto* error = std::get_if<rpc_error>(&last.value)) {
    error_ = std::move(*error);
  } else if (auto* wanted = std::get_if<input_required>(&last.value)) {
    answers_ = std::exchange(data_->answers, {});
    state_ = std::exchange(data_->state, {});
    auto key = image.open_keys.begin();
    for (auto& [wire_key, request] : wanted->requests)
      open_.push_back({wire_key, *key++, request});
    encode_questions();
  }
  arm_end_of_life();
}

} // namespace troupe
