#include "troupe/protocol/input_exchange.hpp"

#include "troupe/protocol/common_members.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/input_answer.hpp"
#include "troupe/protocol/member.hpp"
#include "troupe/protocol/shape.hpp"

namespace troupe::protocol {

void append_input_requests(std::string& out, const input_required& wanted, revision r) {
  object_writer requests(out);
  for (const auto& [key, request] : wanted.requests) {
    object_writer one(requests.key(key));
    one.member("method", request.method());
    request.append_params(one.key("params"), r);
    one.close();
  }
  requests.close();
}

void append_input_required_result(std::string& out, const input_required& wanted,
                                  std::string_view request_state, const result_context& to) {
  object_writer writer(out);
  append_result_members(writer, {}, to, "input_required");
  if (!wanted.requests.empty())
    append_input_requests(writer.key("inputRequests"), wanted, to.revision);
  writer.member_unless_empty("requestState", request_state);
  writer.close();
}

rpc_result<input_retry> parse_input_retry(const json::object& params) {
  input_retry result;
  if (const auto* responses = find_member(params, "inputResponses")) {
    result.responses = responses->if_object();
    if (result.responses == nullptr)
      return make_shape_error("params", "inputResponses", "an object of answers by key");
  }
  if (const auto* state = find_member(params, "requestState")) {
    const auto* text = state->if_string();
    if (text == nullptr)
      return make_shape_error("params", "requestState", "the string of the last result, unchanged");
    result.request_state = *text;
  }
  return result;
}

std::string schema_of(const input_request& request) {
  std::string text;
  if (const auto* form = std::get_if<form_elicitation>(&request.value()))
    append_json(text, form->requested_schema);
  return text;
}

bool is_any_answer(const json::object& answer) {
  return read_elicitation_answer(answer) || read_sampling_answer(answer) ||
         read_roots_answer(answer);
}

bool is_answer_to(std::string_view method, std::string_view schema, const json::object& answer) {
  if (method == "elicitation/create" && !schema.empty()) {
    const auto parsed = parse_value(schema);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    return object != nullptr &&
           !input_request{form_elicitation{{}, *object}}.check_answer(answer).has_value();
  }
  if (method == "elicitation/create")
    return read_elicitation_answer(answer).has_value();
  if (method == "sampling/createMessage")
    return read_sampling_answer(answer).has_value();
  return method == "roots/list" && read_roots_answer(answer).has_value();
}

} // namespace troupe::protocol
