#include "tests/conformance/groups.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace troupe::conformance {

namespace {

namespace json = boost::json;
using protocol::tool;

constexpr tool_options optional_task{task_support::optional, task_start::at_once};
constexpr tool_options required_task{task_support::required, task_start::at_once};

std::string text_argument(const call& call, std::string_view name) {
  return std::string{call.string_argument(name).value_or("")};
}

// In steps, so that a cancellation is seen soon.
void work(const call& call, double seconds) {
  using namespace std::chrono_literals;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!call.cancelled() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(10ms);
}

outcome greet(const call& call) {
  return tool_result::text("Hello, " + text_argument(call, "name") + "!");
}

outcome slow_compute(const call& call) {
  const auto* seconds = call.arguments().if_contains("seconds");
  work(call, seconds != nullptr && seconds->is_number() ? seconds->to_number<double>() : 0);
  return tool_result::text("Computed " + text_argument(call, "label"));
}

outcome failing_job(const call& call) {
  work(call, 1);
  return tool_result::error("The job failed, as it always does");
}

outcome protocol_error_job(const call&) {
  return rpc_error{protocol::error_code::internal_error, "The job broke the protocol on purpose"};
}

input_request confirmation(const std::string& message) {
  json::object schema{
      {"type", "object"},
      {"properties", {{"confirm", {{"type", "boolean"}}}, {"name", {{"type", "string"}}}}}};
  return protocol::form_elicitation{message, std::move(schema)};
}

/// The content of an accepted form.
const json::object* accepted(const call& call, std::string_view key) {
  const auto* answer = call.input(key);
  const auto* form = answer != nullptr ? answer->if_object() : nullptr;
  const auto read = form != nullptr ? protocol::read_elicitation_answer(*form) : std::nullopt;
  return read ? read->content : nullptr;
}

outcome confirm_delete(const call& call) {
  const auto file = text_argument(call, "filename");
  if (call.input("confirm_delete") == nullptr) {
    input_required wanted;
    wanted.requests.emplace("confirm_delete", confirmation("Delete " + file + "?"));
    return wanted;
  }
  const auto* content = accepted(call, "confirm_delete");
  const auto* confirm = content != nullptr ? content->if_contains("confirm") : nullptr;
  const bool yes = confirm != nullptr && confirm->is_bool() && confirm->get_bool();
  return tool_result::text(yes ? "Deleted " + file : "Kept " + file);
}

outcome multi_input(const call& call) {
  if (call.input("first") == nullptr || call.input("second") == nullptr) {
    input_required wanted;
    wanted.requests.emplace("first", confirmation("What is the first name?"));
    wanted.requests.emplace("second", confirmation("What is the second name?"));
    return wanted;
  }
  return tool_result::text("Got both answers");
}

outcome tool_with_task(const call& call) {
  if (call.in_task())
    return tool_result::text("Hello, " + std::string{call.state()} + "!");
  const auto* content = accepted(call, "user_name");
  const auto* name = content != nullptr ? content->if_contains("name") : nullptr;
  if (name != nullptr && name->is_string())
    return continue_as_task{std::string{name->get_string()}};
  json::object schema{
      {"type", "object"}, {"properties", {{"name", {{"type", "string"}}}}}, {"required", {"name"}}};
  input_required wanted;
  wanted.requests.emplace("user_name",
                          protocol::form_elicitation{"What is your name?", std::move(schema)});
  return wanted;
}

} // namespace

void add_task_tools(handler_set& set) {
  set.add(
      tool("greet")
          .with_description("Greets at once")
          .with_input(
              R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})"),
      greet);
  set.add(tool("slow_compute")
              .with_description("Takes the seconds it is told")
              .with_input(R"({"type":"object","properties":{
                "seconds":{"type":"number"},"label":{"type":"string"}}})"),
          {slow_compute, execution::blocking}, optional_task);
  set.add(tool("failing_job").with_description("Takes a second and fails"),
          {failing_job, execution::blocking}, required_task);
  set.add(tool("protocol_error_job").with_description("Ends with an error of the protocol"),
          protocol_error_job, optional_task);
  set.add(tool("confirm_delete")
              .with_description("Asks before it deletes")
              .with_input(R"({"type":"object","properties":{"filename":{"type":"string"}}})"),
          confirm_delete, optional_task);
  set.add(tool("multi_input").with_description("Asks two things at once"), multi_input,
          optional_task);
  set.add(tool("test_tool_with_task").with_description("Asks for a name and then takes long"),
          tool_with_task, {task_support::required, task_start::returned});
}

} // namespace troupe::conformance
