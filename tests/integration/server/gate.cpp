#include "tests/integration/server/groups.hpp"

#include "troupe/protocol/json.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::test_server {

namespace {

namespace json = boost::json;
using protocol::tool;

struct gate_state {
  static constexpr const char* name = "gate";
  struct entry {
    call what;
    caf::typed_response_promise<outcome> promise;
    int told = 0;
  };
  std::multimap<std::string, entry> waiting;
  std::vector<std::string> cancelled;
  std::map<std::string, std::int64_t> cancelled_at;
};
using gate_actor = caf::stateful_actor<gate_state>;

std::string key_of(const call& call) {
  return std::string{call.string_argument("key").value_or("")};
}

caf::result<outcome> hold(gate_actor* self, const call& call, bool detached) {
  if (detached)
    call.detach_stream();
  auto promise = self->make_response_promise<outcome>();
  self->state.waiting.emplace(key_of(call), gate_state::entry{call, promise});
  return promise;
}

outcome open(gate_actor* self, const call& call) {
  const auto text = std::string{call.string_argument("text").value_or("opened")};
  const auto [first, last] = self->state.waiting.equal_range(key_of(call));
  std::size_t count = 0;
  for (auto at = first; at != last; ++at, ++count) {
    at->second.what.progress(1, 1, "opened");
    at->second.promise.deliver(outcome{tool_result::text(text)});
  }
  self->state.waiting.erase(first, last);
  return tool_result::text(std::to_string(count));
}

outcome tell_step(gate_actor* self, const call& call) {
  const auto [first, last] = self->state.waiting.equal_range(key_of(call));
  for (auto at = first; at != last; ++at)
    at->second.what.progress(++at->second.told, 100, "told");
  return tool_result::text("told");
}

template<class Names>
outcome list(const Names& names) {
  json::array result;
  for (const auto& name : names)
    result.emplace_back(name);
  return tool_result::text(json::serialize(result));
}

caf::result<outcome> answer(gate_actor* self, const call& call) {
  const auto name = call.name();
  if (name == "wait" || name == "wait_task")
    return hold(self, call, false);
  if (name == "wait_detached")
    return hold(self, call, true);
  if (name == "open")
    return open(self, call);
  if (name == "tell_step")
    return tell_step(self, call);
  if (name == "cancelled")
    return list(self->state.cancelled);
  if (name == "cancelled_at")
    return tool_result::text(json::serialize(json::value_from(self->state.cancelled_at)));
  std::vector<std::string> keys;
  for (const auto& [key, entry] : self->state.waiting)
    keys.push_back(key);
  return list(keys);
}

void forget(gate_actor* self, const call& cancelled) {
  auto& waiting = self->state.waiting;
  for (auto at = waiting.begin(); at != waiting.end(); ++at) {
    if (at->second.what.data() != cancelled.data())
      continue;
    self->state.cancelled.push_back(at->first);
    self->state.cancelled_at[at->first] = microseconds_now();
    at->second.promise.deliver(outcome{tool_result::error("cancelled")});
    waiting.erase(at);
    return;
  }
}

// For tests that cannot send the word any more, because the server is shutting down.
outcome wait_for_file(const call& call) {
  const std::filesystem::path path{call.string_argument("path").value_or("")};
  while (!std::filesystem::exists(path)) {
    if (call.cancelled())
      return tool_result::error("cancelled");
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return tool_result::text("the file is there");
}

caf::behavior gate(gate_actor* self) {
  return {
      [self](const call& call) { return answer(self, call); },
      [self](const call_cancelled& gone) { forget(self, gone.call); },
  };
}

} // namespace

void add_gate(node& node) {
  const handler run{node.system().spawn(gate), actor_options{.cancellation_messages = true}};
  const auto add = [&](const char* name, const char* description, tool_options options = {}) {
    node.handlers().add(
        tool(name).with_description(description).with_input(R"({"type":"object","properties":{
                                "key":{"type":"string"},"text":{"type":"string"}}})"),
        run, options);
  };
  add("wait", "Waits until its key is opened");
  add("wait_task", "The same as a task, for clients that take one", {task_support::optional});
  add("wait_detached", "The same, but its stream loses its connection first");
  add("open", "Lets all calls with this key end with this text");
  add("tell_step", "Lets all calls with this key tell one step of progress");
  add("waiting", "The keys of the calls that wait");
  add("cancelled", "The keys of the calls that were cancelled, in order");
  add("cancelled_at", "When by the tool clock, for each key");
  node.handlers().add(tool("wait_file").with_description("Waits until a file exists"),
                      {wait_for_file, execution::blocking}, {task_support::optional});
}

} // namespace troupe::test_server
