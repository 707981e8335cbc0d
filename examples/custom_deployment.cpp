// A deployment of one's own: a tool that is a function, a tool that is an actor and tells its
// progress, a resource that changes and tells its subscribers. Takes the command line of `troupe`.

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include <caf/event_based_actor.hpp>

#include "troupe/supervision/server.hpp"

namespace {

using namespace troupe;

/// What the countdown sends itself: one step of one call.
struct step {
  call running;
  caf::response_promise answer;
  std::int64_t done = 0;
  std::int64_t total = 0;
};

/// Counts for many clients at once and blocks no thread while it waits.
caf::behavior countdown(caf::event_based_actor* self) {
  return {
      [self](const call& started) -> caf::result<outcome> {
        const auto* steps = started.arguments().if_contains("steps");
        if (steps == nullptr || !steps->is_int64() || steps->as_int64() < 1)
          return outcome{tool_result::error("The argument steps must be a whole number above 0.")};
        self->send(self, step{started, self->make_response_promise(), 0, steps->as_int64()});
        return caf::delegated<outcome>{};
      },
      [self](step& now) {
        if (now.running.cancelled())
          return;
        if (now.done == now.total)
          return now.answer.deliver(outcome{tool_result::text("lift-off")});
        now.running.progress(static_cast<double>(++now.done), static_cast<double>(now.total));
        self->delayed_send(self, std::chrono::milliseconds{20}, std::move(now));
      },
  };
}

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(step)

int main(int argc, char** argv) {
  const auto counter = std::make_shared<std::atomic<int>>(0);
  return supervision::run_server(argc, argv, [counter](node& node) {
    const protocol::resource shown{"counter://value", "counter"};
    node.handlers()
        .add(protocol::tool{"increment"}.with_description("Adds one to the counter."),
             [counter, &node](const call&) -> outcome {
               const auto value = ++*counter;
               node.resource_updated("counter://value");
               return tool_result::text(std::to_string(value));
             })
        .add(protocol::tool{"countdown"}
                 .with_description("Counts down and tells how far it is.")
                 .with_input(R"({"type":"object","required":["steps"],
                                 "properties":{"steps":{"type":"integer","minimum":1}}})"),
             handler::supervised([](caf::actor_system& system) { return system.spawn(countdown); }))
        .add(protocol::resource{shown}
                 .with_description("How often increment was called.")
                 .with_mime_type("text/plain"),
             handler{[counter](const call& read) -> outcome {
                       return read_result{protocol::resource_contents::text(
                           std::string{read.name()}, std::to_string(counter->load()))};
                     },
                     execution::inline_});
  });
}
