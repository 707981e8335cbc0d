#include "tests/integration/server/groups.hpp"

#include <stdexcept>
#include <string>

#include <caf/event_based_actor.hpp>

namespace troupe::test_server {

namespace {

using protocol::tool;

// What a client must never see.
constexpr const char* secret = "the password is swordfish";

caf::behavior dying(caf::event_based_actor* self) {
  return {[self](const call&) -> caf::result<outcome> {
    self->quit(caf::sec::runtime_error);
    return self->make_response_promise<outcome>();
  }};
}

caf::behavior throwing(caf::event_based_actor*) {
  return {[](const call&) -> outcome { throw std::runtime_error{secret}; }};
}

caf::behavior refusing(caf::event_based_actor*) {
  return {[](const call&) -> caf::result<outcome> { return caf::sec::invalid_argument; }};
}

} // namespace

void add_failures(node& node) {
  auto& set = node.handlers();
  const auto add = [&set](const char* name, const char* description, handler run) {
    set.add(tool(name).with_description(description), std::move(run));
  };
  add("throw_exception", "Throws on the pool",
      [](const call&) -> outcome { throw std::runtime_error{secret}; });
  add("throw_number", "Throws what is no exception", [](const call&) -> outcome { throw 7; });
  add("throw_inline", "Throws on the I/O thread",
      {[](const call&) -> outcome { throw std::runtime_error{secret}; }, execution::inline_});
  add("wrong_kind", "Returns a prompt's messages from a tool",
      [](const call&) -> outcome { return prompt_result::text("not a tool's result"); });
  add("refuse_arguments", "Answers with a protocol error", [](const call&) -> outcome {
    return rpc_error{protocol::error_code::invalid_params, "arguments refused",
                     boost::json::object{{"why", "a test"}}};
  });
  add("actor_dies", "Is an actor that ends instead of answering",
      handler::supervised([](caf::actor_system& system) { return system.spawn(dying); }));
  add("actor_throws", "Is an actor that throws",
      handler::supervised([](caf::actor_system& system) { return system.spawn(throwing); }));
  add("actor_refuses", "Is an actor that answers with an error of its own",
      handler::supervised([](caf::actor_system& system) { return system.spawn(refusing); }));
  add("actor_dies_for_good", "Is an actor that ends and is not restarted",
      handler{node.system().spawn(dying)});
}

} // namespace troupe::test_server
