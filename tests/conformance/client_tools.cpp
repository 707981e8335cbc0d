#include "tests/conformance/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace troupe::conformance {

namespace {

namespace json = boost::json;
using protocol::content;
using protocol::tool;

constexpr std::string_view answer_key = "answer";

input_required ask(input_request request) {
  input_required result;
  result.requests.emplace(answer_key, std::move(request));
  return result;
}

input_required ask_form(std::string_view message, std::string_view schema) {
  return ask(protocol::form_elicitation{std::string{message}, json::parse(schema).as_object()});
}

outcome sample_model(const call& call) {
  const auto* answer = call.input(answer_key);
  if (answer == nullptr) {
    protocol::sampling request;
    request.messages.push_back(
        {protocol::role::user,
         content::text(std::string{call.string_argument("prompt").value_or("")})});
    request.max_tokens = 100;
    return ask(std::move(request));
  }
  const auto sampled = protocol::read_sampling_answer(answer->as_object());
  return tool_result::text("LLM response: " + std::string{sampled ? sampled->text() : ""});
}

// What the person entered, as text, for tools that only have to show that it arrived.
std::string describe(const json::value& answer) {
  const auto read = protocol::read_elicitation_answer(answer.as_object());
  if (!read)
    return "not readable";
  switch (read->action) {
  case protocol::elicitation_action::accept:
    return "action=accept, content=" +
           (read->content != nullptr ? json::serialize(*read->content) : std::string{"none"});
  case protocol::elicitation_action::decline:
    return "action=decline";
  case protocol::elicitation_action::cancel:
    return "action=cancel";
  }
  return "not readable";
}

constexpr std::string_view user_schema = R"({
  "type": "object",
  "properties": {
    "username": {"type": "string", "description": "The user's name"},
    "email": {"type": "string", "description": "The user's address"}
  },
  "required": ["username", "email"]
})";

// SEP-1034: defaults of every primitive type.
constexpr std::string_view defaults_schema = R"({
  "type": "object",
  "properties": {
    "name": {"type": "string", "default": "John Doe"},
    "age": {"type": "integer", "default": 30},
    "score": {"type": "number", "default": 95.5},
    "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    "verified": {"type": "boolean", "default": true}
  },
  "required": []
})";

// SEP-1330: every form of an enumeration.
constexpr std::string_view enums_schema = R"({
  "type": "object",
  "properties": {
    "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
    "titledSingle": {"type": "string", "oneOf": [
      {"const": "value1", "title": "First Option"},
      {"const": "value2", "title": "Second Option"},
      {"const": "value3", "title": "Third Option"}]},
    "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
      "enumNames": ["Option One", "Option Two", "Option Three"]},
    "untitledMulti": {"type": "array",
      "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
    "titledMulti": {"type": "array", "items": {"anyOf": [
      {"const": "value1", "title": "First Choice"},
      {"const": "value2", "title": "Second Choice"},
      {"const": "value3", "title": "Third Choice"}]}}
  },
  "required": []
})";

outcome elicit_user(const call& call) {
  if (const auto* answer = call.input(answer_key))
    return tool_result::text("User response: " + describe(*answer));
  return ask_form(call.string_argument("message").value_or("Please answer"), user_schema);
}

handler elicit(std::string_view message, std::string_view schema) {
  return [message, schema](const call& call) -> outcome {
    if (const auto* answer = call.input(answer_key))
      return tool_result::text("Elicitation completed: " + describe(*answer));
    return ask_form(message, schema);
  };
}

} // namespace

void add_client_tools(handler_set& set) {
  set.add(tool("test_sampling")
              .with_description("Asks the client's model")
              .with_input(R"({"type":"object","properties":{"prompt":{"type":"string"}},
                             "required":["prompt"]})"),
          sample_model);
  set.add(tool("test_elicitation")
              .with_description("Asks the client's user for a name and an address")
              .with_input(R"({"type":"object","properties":{"message":{"type":"string"}},
                             "required":["message"]})"),
          elicit_user);
  set.add(tool("test_elicitation_sep1034_defaults")
              .with_description("Asks with a default for every primitive type"),
          elicit("Please review the form and change what is wrong", defaults_schema));
  set.add(tool("test_elicitation_sep1330_enums")
              .with_description("Asks with every form of an enumeration"),
          elicit("Please choose", enums_schema));
}

} // namespace troupe::conformance
