#pragma once

// A question of a client of the modern era to a task, from the task's place to the next one if it has moved, until
// somebody has it. Flow: stateless_requests → ask_task → task, shard or peer.

#include <functional>

#include <caf/event_based_actor.hpp>

#include "troupe/actors/stateless_requests.hpp"
#include "troupe/actors/task.hpp"

namespace troupe {

/// Puts a question to a task on behalf of `self`, and counts it. The answer, which comes at once
/// though perhaps from another thread, is given to `done` in a later activation.
void ask_task(caf::event_based_actor& self, const shard_state_ptr& shard, stateless_task&& question,
              const stateless_source& source, std::function<void(stateless_answer&&)> done);

/// What the client is answered.
stateless_answer answer_of(task_reply&& said);

} // namespace troupe
