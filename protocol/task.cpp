#include "troupe/protocol/task.hpp"

#include "troupe/protocol/common_members.hpp"
#include "troupe/protocol/overloaded.hpp"
#include "troupe/protocol/shape.hpp"
#include "troupe/protocol/timestamp.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

// A ttl of nothing is no ttl that a client could use; the schema wants at least 1.
void append_task(object_writer& writer, const task& each) {
  writer.member("taskId", each.id);
  writer.member("status", status_of(each.situation));
  writer.member_unless_empty("statusMessage", each.message);
  writer.member("createdAt", to_timestamp(each.created_at));
  writer.member("lastUpdatedAt", to_timestamp(each.updated_at));
  if (each.ttl_ms)
    writer.member("ttlMs", std::max(*each.ttl_ms, std::uint64_t{1}));
  else
    writer.raw("ttlMs", "null");
  if (each.poll_interval_ms)
    writer.member("pollIntervalMs", std::max(*each.poll_interval_ms, std::uint64_t{1}));
}

void append_rpc_error(std::string& out, const rpc_error& error) {
  object_writer writer(out);
  writer.member("code", error.code);
  writer.member("message", error.message);
  if (!error.data.is_null())
    writer.member("data", error.data);
  writer.close();
}

void append_situation(object_writer& writer, const task_situation& situation) {
  std::visit(overloaded{
                 [](const task_working&) {},
                 [&](const task_input_required& s) { writer.raw("inputRequests", s.requests); },
                 [&](const task_completed& s) { writer.raw("result", s.result); },
                 [&](const task_failed& s) { append_rpc_error(writer.key("error"), *s.error); },
                 [](const task_cancelled&) {},
             },
             situation);
}

} // namespace

std::string_view status_of(const task_situation& situation) noexcept {
  constexpr std::string_view names[] = {"working", "input_required", "completed", "failed",
                                        "cancelled"};
  static_assert(std::size(names) == std::variant_size_v<task_situation>);
  return names[situation.index()];
}

bool is_terminal(const task_situation& situation) noexcept {
  return !std::holds_alternative<task_working>(situation) &&
         !std::holds_alternative<task_input_required>(situation);
}

void append_create_task_result(std::string& out, const task& created, const result_context& to) {
  object_writer writer(out);
  append_result_members(writer, {}, to, "task");
  append_task(writer, created);
  writer.close();
}

void append_task_result(std::string& out, const task& asked, const result_context& to) {
  object_writer writer(out);
  append_result_members(writer, {}, to);
  append_task(writer, asked);
  append_situation(writer, asked.situation);
  writer.close();
}

void append_task_ack(std::string& out, const result_context& to) {
  object_writer writer(out);
  append_result_members(writer, {}, to);
  writer.close();
}

std::string make_task_members(const task& changed) {
  std::string members;
  object_writer writer(members);
  append_task(writer, changed);
  append_situation(writer, changed.situation);
  members.erase(0, 1); // the brace; it is never closed
  return members;
}

rpc_result<std::string_view> parse_task_id(const json::object* params) {
  const json::object none;
  return required_string(params != nullptr ? *params : none, "params", "taskId");
}

rpc_result<task_update> parse_task_update(const json::object* params) {
  const auto id = parse_task_id(params);
  if (!id)
    return id.error();
  const auto responses = required_object(*params, "params", "inputResponses");
  if (!responses)
    return responses.error();
  return task_update{*id, *responses};
}

rpc_error make_unknown_task() {
  return make_invalid_params("params.taskId: there is no such task; it may have expired");
}

rpc_error make_missing_tasks_extension() {
  json::object extensions;
  extensions[tasks_extension_name].emplace_object();
  json::object required;
  required["extensions"] = std::move(extensions);
  return make_missing_client_capability(std::move(required));
}

} // namespace troupe::protocol
