#include "tests/integration/server/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <caf/event_based_actor.hpp>

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

std::string answer_text(const call& call, std::string_view key) {
  const auto* answer = call.input(key);
  return answer != nullptr ? json::serialize(*answer) : std::string{};
}

// One question after the other; what was answered before comes along in the state.
outcome ask_thrice(const call& call) {
  static constexpr std::string_view keys[] = {"first", "second", "third"};
  std::string known{call.state()};
  std::size_t next = static_cast<std::size_t>(std::count(known.begin(), known.end(), ';'));
  if (const auto text = answer_text(call, keys[next]); !text.empty()) {
    known += text + ";";
    ++next;
  }
  if (next == std::size(keys))
    return tool_result::text(known);
  input_required wanted;
  wanted.requests.emplace(keys[next], form());
  wanted.state = std::move(known);
  return wanted;
}

input_required ask_once() {
  input_required wanted;
  wanted.requests.emplace("form", form());
  return wanted;
}

outcome ask_for_prompt(const call& call) {
  const auto text = answer_text(call, "form");
  return text.empty() ? outcome{ask_once()} : outcome{prompt_result::text(text)};
}

outcome ask_for_resource(const call& call) {
  const auto text = answer_text(call, "form");
  if (text.empty())
    return ask_once();
  return read_result{protocol::resource_contents::text(std::string{call.name()}, text)};
}

caf::behavior asking_actor(caf::event_based_actor*) {
  return {[](const call& call) { return ask(call); }};
}

} // namespace

void add_asking(node& node) {
  auto& set = node.handlers();
  set.add(tool("ask").with_description("Asks the client: form, url, sampling, roots"), ask);
  set.add(tool("ask_inline").with_description("The same on the I/O thread"),
          {ask, execution::inline_});
  set.add(tool("ask_actor").with_description("The same in an actor"),
          handler{node.system().spawn(asking_actor)});
  set.add(tool("ask_task").with_description("The same, only as a task"), ask,
          {task_support::required});
  set.add(tool("ask_thrice_task").with_description("Asks three times in a task"), ask_thrice,
          {task_support::optional});
  set.add(tool("ask_thrice").with_description("Asks three times, one after the other"), ask_thrice);
  set.add(protocol::prompt("ask_prompt")
              .with_description("Asks before it answers")
              .with_argument("topic", "Anything", true),
          ask_for_prompt);
  set.add(protocol::resource("test://ask", "ask"), ask_for_resource);
}

} // namespace troupe::test_server
