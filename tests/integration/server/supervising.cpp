#include "tests/integration/server/groups.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <caf/actor_registry.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <unistd.h>

#include "troupe/supervision/messages.hpp"

namespace troupe::test_server {

namespace {

using protocol::tool;
using supervision::supervised_actors;

caf::actor find(const supervised_actors& actors, std::string_view name) {
  if (name == "registry")
    return actors.registry;
  if (name == "dispatcher")
    return actors.dispatcher;
  if (name == "hooks")
    return actors.hooks;
  if (name == "shard 0")
    return actors.shards.at(0);
  if (name == "shard 1")
    return actors.shards.at(1);
  return {};
}

outcome kill(node& node, const call& call) {
  const auto name = call.string_argument("actor").value_or("");
  const auto supervisor = node.supervisor();
  if (name == "supervisor") {
    caf::anon_send_exit(supervisor, caf::exit_reason::kill);
    return tool_result::text("killed");
  }
  caf::actor found;
  caf::scoped_actor self{node.system()};
  self->request(supervisor, std::chrono::seconds{10}, supervision::supervised_query{})
      .receive([&](const supervised_actors& actors) { found = find(actors, name); },
               [](const caf::error&) {});
  if (!found)
    return tool_result::error("there is no such actor, or it is dead");
  caf::anon_send_exit(found, caf::exit_reason::kill);
  return tool_result::text("killed");
}

} // namespace

void add_supervising(node& node) {
  node.handlers().add(tool("kill").with_description("Kills an actor of the runtime"),
                      [&node](const call& call) { return kill(node, call); });
  node.handlers().add(tool("running_actors").with_description("How many actors there are"),
                      [&node](const call&) -> outcome {
                        return tool_result::text(
                            std::to_string(node.system().registry().running()));
                      });
  node.handlers().add(tool("never_return").with_description("Keeps its thread for ever"),
                      handler{[](const call&) -> outcome {
                                for (;;)
                                  ::pause();
                              },
                              execution::blocking});
}

} // namespace troupe::test_server
