#include "tests/integration/server/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <string>
#include <utility>

namespace troupe::test_server {

namespace {

namespace json = boost::json;
using protocol::tool;

input_request form() {
  return protocol::form_elicitation{"What is your name?", json::parse(R"({"type":"object",
          "properties":{"name":{"type":"string"}},"required":["name"]})")
                                                              .as_object()};
}

input_request sampling() {
  protocol::sampling request;
  request.messages.push_back({protocol::role::user, protocol::content::text("Say something")});
  request.max_tokens = 10;
  return request;
}

input_required wish(std::string_view what) {
  input_required result;
  if (what == "form" || what == "two")
    result.requests.emplace("form", form());
  if (what == "sampling" || what == "two")
    result.requests.emplace("sampling", sampling());
  if (what == "roots")
    result.requests.emplace("roots", protocol::roots_query{});
  if (what == "url")
    result.requests.emplace(
        "url", protocol::url_elicitation{"Please log in", "https://example.com/login", "login-1"});
  result.state = "asked " + std::string{what};
  return result;
}

// Gives back all answers and the state, so that a test sees what arrived.
outcome ask(const call& call) {
  const auto what = call.string_argument("what").value_or("form");
  auto wanted = wish(what);
  json::object answers;
  for (const auto& [key, request] : wanted.requests)
    if (const auto* answer = call.input(key))
      answers[key] = *answer;
  if (answers.size() < wanted.requests.size())
    return wanted;
  answers["state"] = call.state();
  return tool_result::text(json::serialize(answers));
}

} // namespace

void add_asking(node& node) {
  node.handlers().add(tool("ask").with_description("Asks the client: form, url, sampling, roots"),
                      ask);
}

} // namespace troupe::test_server
