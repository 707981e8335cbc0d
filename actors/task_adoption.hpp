#pragma once

// A task that another node has packed goes on here, under the same id. The other half of task_move.cpp.

#include "troupe/actors/handover.hpp"
#include "troupe/actors/shard_state.hpp"

namespace troupe {

/// Acquires the slot that the task needs and makes it; its peer is answered. Only on the thread that the task's id
/// names.
void adopt_task(const shard_state_ptr& shard, task_adoption& request);

} // namespace troupe
