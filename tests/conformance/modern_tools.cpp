#include "tests/conformance/groups.hpp"

#include "troupe/protocol/input_request.hpp"

#include <string>
#include <utility>

namespace troupe::conformance {

namespace {

namespace json = boost::json;
using protocol::log_level;
using protocol::tool;

outcome needs_sampling(const call& call) {
  if (!call.client().capabilities.sampling)
    return protocol::make_missing_client_capability({{"sampling", json::object{}}});
  return tool_result::text("The client can sample");
}

// The suite reads the stream of this call and expects no request on it.
outcome ask_on_stream(const call& call) {
  if (call.input("user_name") != nullptr)
    return tool_result::text("Thank you");
  call.log(log_level::info, "Asking for a name");
  input_required wanted;
  json::object schema{
      {"type", "object"}, {"properties", {{"name", {{"type", "string"}}}}}, {"required", {"name"}}};
  wanted.requests.emplace("user_name",
                          protocol::form_elicitation{"What is your name?", std::move(schema)});
  return wanted;
}

outcome log_once(const call& call) {
  call.log(log_level::info, "test_logging_tool was called");
  return tool_result::text("Logged one message, for those who asked for it");
}

tool simple(std::string name, std::string description) {
  return tool(std::move(name)).with_description(std::move(description));
}

// Adding what is there already changes nothing but tells everybody who listens.
outcome change_tools(node& at) {
  handler_set changes;
  changes.add(simple("test_logging_tool", "Logs one message"), log_once);
  at.update(std::move(changes));
  return tool_result::text("The tools have changed");
}

outcome change_prompts(node& at) {
  handler_set changes;
  add_simple_prompt(changes);
  at.update(std::move(changes));
  return tool_result::text("The prompts have changed");
}

} // namespace

void add_modern_tools(handler_set& set, node& at) {
  set.add(simple("test_missing_capability", "Needs a client that can sample"), needs_sampling);
  set.add(simple("test_streaming_elicitation", "Asks for a name"), ask_on_stream);
  set.add(simple("test_logging_tool", "Logs one message"), log_once);
  set.add(simple("test_trigger_tool_change", "Makes the list of tools change"),
          [&at](const call&) { return change_tools(at); });
  set.add(simple("test_trigger_prompt_change", "Makes the list of prompts change"),
          [&at](const call&) { return change_prompts(at); });
}

} // namespace troupe::conformance
