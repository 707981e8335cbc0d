// The messages of the extension io.modelcontextprotocol/tasks (SEP-2663), which modern clients may declare: a call
// that takes long is answered with a task, and the client asks for it, answers its questions, cancels it, or hears of
// it on a subscription. Flow: tools/call → the actor of the task → append_create_task_result; tasks/get →
// append_task_result; tasks/update and tasks/cancel → append_task_ack; each change → make_task_members → the
// subscriptions that name the task.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::protocol {

inline constexpr std::string_view tasks_extension_name = "io.modelcontextprotocol/tasks";
inline constexpr std::string_view task_notification_method = "notifications/tasks";

// What a task does, with what a client is told beside it. Texts are complete JSON.

struct task_working {};

struct task_input_required {
  std::string_view requests; ///< the InputRequests object: every question that is still open
};

/// Also for a tool's own errors (`isError`).
struct task_completed {
  std::string_view result; ///< the result object of the call
};

/// Only for errors of JSON-RPC.
struct task_failed {
  const rpc_error* error; ///< not null
};

struct task_cancelled {};

using task_situation =
    std::variant<task_working, task_input_required, task_completed, task_failed, task_cancelled>;

/// "working", "input_required", "completed", "failed" or "cancelled".
std::string_view status_of(const task_situation& situation) noexcept;

/// Whether nothing will change any more: completed, failed, cancelled.
bool is_terminal(const task_situation& situation) noexcept;

struct task {
  std::string_view id;
  task_situation situation;
  std::string_view message;            ///< for people; empty: none
  std::int64_t created_at = 0;         ///< milliseconds since 1970
  std::int64_t updated_at = 0;         ///< likewise
  std::optional<std::uint64_t> ttl_ms; ///< from creation, at least 1; absent: kept without limit
  std::optional<std::uint64_t> poll_interval_ms; ///< at least 1
};

// Results are complete objects, for modern readers.

/// CreateTaskResult: flat, resultType "task", and nothing of the situation but its status.
void append_create_task_result(std::string& out, const task& created, const result_context& to);

/// GetTaskResult: resultType "complete", the task and what belongs to its status.
void append_task_result(std::string& out, const task& asked, const result_context& to);

/// UpdateTaskResult and CancelTaskResult: the empty acknowledgement.
void append_task_ack(std::string& out, const result_context& to);

/// What tasks/get would say now, as members without braces: the `params` of notifications/tasks beside the `_meta` that
/// names the subscription.
std::string make_task_members(const task& changed);

/// `params` of tasks/get and tasks/cancel. -32602 when taskId is missing or no text.
rpc_result<std::string_view> parse_task_id(const json::object* params);

/// `params` of tasks/update. The responses' values are unchecked: those under unknown keys may be malformed.
struct task_update {
  std::string_view id;
  const json::object* responses; ///< not null
};

rpc_result<task_update> parse_task_update(const json::object* params);

/// -32602 with HTTP 200; the same for a task that never was, has expired, or belongs to another principal.
rpc_error make_unknown_task();

/// -32021: the request must declare the extension in its capabilities.
rpc_error make_missing_tasks_extension();

} // namespace troupe::protocol
