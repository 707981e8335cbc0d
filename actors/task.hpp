#pragma once

// A call that outlives its request: the actor of one task (extension io.modelcontextprotocol/tasks,
// SEP-2663). It calls the handler in the client's place, keeps what came of it until the task's time
// is over, and answers tasks/get, tasks/update and tasks/cancel. It lives on the I/O thread that its
// id names; requests that arrive on other threads are sent there. What it goes through:
//
//   working ⇄ input_required → completed | failed | cancelled → gone, after its time to live
//
// When its node drains it goes to another one, unless it works (task_actor.hpp).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>
#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/handler.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/session_id.hpp"
#include "troupe/protocol/session_seal.hpp"

namespace troupe {

/// Drawn and spread over the threads as session ids are: as hard to guess, and it names its thread.
using task_id = protocol::session_id;

/// connection → task: one of the three requests. Answered with task_reply.
struct task_request {
  task_id task;
  protocol::method what = protocol::method::tasks_get; ///< or tasks_update, tasks_cancel
  protocol::request_id id;
  protocol::document_ptr body;                    ///< keeps `responses` alive
  const boost::json::object* responses = nullptr; ///< of tasks/update
};

/// Who does not have a task, and what is known there of where it is.
struct task_absence {
  protocol::node_number from = 0;
  protocol::node_number to = 0; ///< has it, if that is known
  /// `from` leaves and takes no more questions: to whom it has given sessions and tasks.
  std::vector<protocol::node_number> heirs;
};

/// task → connection: the whole JSON-RPC response.
struct task_reply {
  std::string json;
  outcome_kind kind = outcome_kind::ok;
  std::optional<task_absence> absent{}; ///< nothing was done, and another node may have it
};

/// task → every shard: what tasks/get would answer now, for those who listen; `members` as of
/// protocol::make_task_members.
struct task_changed {
  std::string task;
  std::string members;
};

/// Starts a task that goes on with `data` and is a child of the shard. The caller has acquired
/// limit::tasks; the task releases it. Returns the CreateTaskResult; the task can be asked for from
/// now on.
std::string spawn_task(const shard_state_ptr& shard, const call_data& data, handler run);

/// The answer for a task that does not exist (any more).
task_reply make_unknown_task_reply(const protocol::request_id& id);
/// The answer while the node that has it, or may have it, cannot be asked.
task_reply make_unreachable_task_reply(const protocol::request_id& id);

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::task_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::task_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::task_changed)
