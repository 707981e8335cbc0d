// A tool that lives on another node. One program, two roles, told apart by cluster.node: the node "workshop" has the tool
// `weave`, an actor, and exports it; every other node of the cluster offers it too, and has its calls run there. A client
// notices nothing: arguments, progress, cancellation and result are those of any tool.
//
//   remote_tool --config workshop.json     {"cluster": {"name": "mill", "node": "workshop", "port": 7401, …}}
//   remote_tool --config shop.json         {"cluster": {"name": "mill", "node": "shop", "seeds": ["127.0.0.1:7401"], …}}

#include <chrono>
#include <string>

#include <caf/event_based_actor.hpp>

#include "troupe/supervision/server.hpp"

namespace {

using namespace troupe;

/// What the loom sends itself: one row of one call.
struct row {
  call running;
  caf::response_promise answer;
  std::int64_t woven = 0;
  std::int64_t rows = 0;
};

/// Weaves for clients of all nodes at once and blocks no thread while it waits.
caf::behavior loom(caf::event_based_actor* self) {
  return {
      [self](const call& order) -> caf::result<outcome> {
        const auto rows = order.arguments().at("rows").as_int64(); // required by the schema
        self->send(self, row{order, self->make_response_promise(), 0, rows});
        return caf::delegated<outcome>{};
      },
      [self](row& now) {
        if (now.running.cancelled())
          return;
        if (now.woven == now.rows)
          return now.answer.deliver(outcome{
              tool_result::text(std::to_string(now.rows) + " rows, woven in the workshop")});
        now.running.progress(static_cast<double>(++now.woven), static_cast<double>(now.rows));
        self->delayed_send(self, std::chrono::milliseconds{20}, std::move(now));
      },
  };
}

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(row)

int main(int argc, char** argv) {
  return supervision::run_server(argc, argv, [](node& node) {
    const auto name = node.config().cluster.node;
    node.handlers().add(protocol::tool{"whose"}.with_description("Which node serves this client."),
                        [name](const call&) -> outcome { return tool_result::text(name); });
    if (name != "workshop")
      return;
    node.handlers().add(
        protocol::tool{"weave"}
            .with_description("Weaves, row by row.")
            .with_input(R"({"type":"object","required":["rows"],
                            "properties":{"rows":{"type":"integer","minimum":1}}})"),
        handler::supervised([](caf::actor_system& system) { return system.spawn(loom); }),
        {.exported = true});
  });
}
