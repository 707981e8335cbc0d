#include "tests/conformance/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::conformance {

namespace {

namespace json = boost::json;
using protocol::tool;

// A form with one required member.
input_request form(std::string_view message, std::string_view member, std::string_view type) {
  json::object schema{
      {"type", "object"}, {"properties", {{member, {{"type", type}}}}}, {"required", {member}}};
  return protocol::form_elicitation{std::string{message}, std::move(schema)};
}

input_request question(std::string_view text, std::uint32_t max_tokens) {
  protocol::sampling request;
  request.messages.push_back({protocol::role::user, protocol::content::text(std::string{text})});
  request.max_tokens = max_tokens;
  return request;
}

input_required need(std::string_view key, input_request request, std::string state = {}) {
  input_required result;
  result.requests.emplace(key, std::move(request));
  result.state = std::move(state);
  return result;
}

// The string member of an accepted form; nothing when the answer is missing or is none.
std::optional<std::string> entered(const call& call, std::string_view key,
                                   std::string_view member) {
  const auto* answer = call.input(key);
  if (answer == nullptr || !answer->is_object())
    return std::nullopt;
  const auto read = protocol::read_elicitation_answer(answer->as_object());
  if (!read || read->action != protocol::elicitation_action::accept || read->content == nullptr)
    return std::nullopt;
  const auto* value = read->content->if_contains(member);
  return value != nullptr && value->is_string() ? std::optional{std::string{value->get_string()}}
                                                : std::nullopt;
}

std::optional<std::string> sampled(const call& call, std::string_view key) {
  const auto* answer = call.input(key);
  if (answer == nullptr || !answer->is_object())
    return std::nullopt;
  const auto read = protocol::read_sampling_answer(answer->as_object());
  return read ? std::optional{std::string{read->text()}} : std::nullopt;
}

std::optional<std::size_t> root_count(const call& call, std::string_view key) {
  const auto* answer = call.input(key);
  if (answer == nullptr || !answer->is_object())
    return std::nullopt;
  const auto read = protocol::read_roots_answer(answer->as_object());
  return read ? std::optional{read->size()} : std::nullopt;
}

outcome elicitation(const call& call) {
  if (const auto name = entered(call, "user_name", "name"))
    return tool_result::text("Hello, " + *name + "!");
  return need("user_name", form("What is your name?", "name", "string"));
}

outcome sampling(const call& call) {
  if (const auto text = sampled(call, "capital_question"))
    return tool_result::text(*text);
  return need("capital_question", question("What is the capital of France?", 100));
}

outcome list_roots(const call& call) {
  if (const auto count = root_count(call, "client_roots"))
    return tool_result::text("The client has " + std::to_string(*count) + " roots");
  return need("client_roots", protocol::roots_query{});
}

outcome keep_state(const call& call) {
  if (call.input("confirm") != nullptr && call.state() == "asked")
    return tool_result::text("state-ok");
  return need("confirm", form("Go on?", "ok", "boolean"), "asked");
}

outcome multiple_inputs(const call& call) {
  const auto name = entered(call, "user_name", "name");
  const auto greeting = sampled(call, "greeting");
  const auto roots = root_count(call, "client_roots");
  if (name && greeting && roots)
    return tool_result::text(*greeting + " " + *name + ", " + std::to_string(*roots) + " roots");
  auto result = need("user_name", form("What is your name?", "name", "string"), "asked");
  result.requests.emplace("greeting", question("Write a greeting", 50));
  result.requests.emplace("client_roots", protocol::roots_query{});
  return result;
}

// The state carries the answer of the first round into the third.
outcome multi_round(const call& call) {
  const auto name = entered(call, "step1", "name");
  const auto color = entered(call, "step2", "color");
  if (color && call.state().starts_with("named "))
    return tool_result::text(std::string{call.state().substr(6)} + " likes " + *color);
  if (name)
    return need("step2", form("Which colour do you like?", "color", "string"), "named " + *name);
  return need("step1", form("What is your name?", "name", "string"), "started");
}

outcome by_capability(const call& call) {
  const auto& can = call.client().capabilities;
  input_required result;
  if (can.sampling)
    result.requests.emplace("sample", question("Write a greeting", 50));
  if (can.elicitation_form)
    result.requests.emplace("form", form("What is your name?", "name", "string"));
  if (can.roots)
    result.requests.emplace("roots", protocol::roots_query{});
  for (const auto& [key, request] : result.requests)
    if (call.input(key) == nullptr)
      return result;
  return tool_result::text("Got " + std::to_string(result.requests.size()) + " answers");
}

} // namespace

void add_input_required_tools(handler_set& set) {
  const auto add = [&set](std::string_view what, std::string description, auto function) {
    set.add(tool("test_input_required_result_" + std::string{what})
                .with_description(std::move(description)),
            function);
  };
  add("elicitation", "Needs a name from the user", elicitation);
  add("sampling", "Needs an answer of the client's model", sampling);
  add("list_roots", "Needs the client's roots", list_roots);
  add("request_state", "Keeps state while it waits", keep_state);
  add("multiple_inputs", "Needs three things at once", multiple_inputs);
  add("multi_round", "Needs one thing after the other", multi_round);
  add("tampered_state", "Keeps state that nobody may change", keep_state);
  add("capabilities", "Asks for what the client can do, and for nothing else", by_capability);
}

} // namespace troupe::conformance
