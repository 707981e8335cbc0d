#pragma once

// Where a task is that a request asks for: here, on another thread, or on another node. Its id names the node that made
// it; when that one has drained, it is where a session of the same id would be (session_home.hpp).

#include <caf/actor.hpp>

#include "troupe/actors/shard_state.hpp"
#include "troupe/actors/task.hpp"

namespace troupe {

struct task_place {
  caf::actor whom; ///< the task, or who may have it: a shard, or a peer; empty: nobody has it
  bool unreachable = false; ///< it may be on a node that is not there at the moment
};

/// `search` is what earlier answers said, and is told where it was looked for.
task_place find_task(shard_state& shard, const task_id& task, session_search& search);

/// What the thread says that a task's id names, and which does not have it.
task_reply answer_absent(const shard_state& shard, const task_request& request);

} // namespace troupe
