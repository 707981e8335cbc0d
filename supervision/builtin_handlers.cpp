#include "troupe/supervision/builtin_handlers.hpp"

#include <chrono>
#include <utility>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include "troupe/protocol/resource.hpp"
#include "troupe/protocol/tool.hpp"
#include "troupe/supervision/build_info.hpp"
#include "troupe/supervision/utc_time.hpp"

namespace troupe::supervision {

/// clock → itself: time has passed.
struct clock_tick {};

} // namespace troupe::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::clock_tick)

namespace troupe::supervision {
namespace {

constexpr auto clock_uri = "troupe://clock";

/// Inline: it only gives back what is there already.
outcome echo(const call& asked) {
  const auto message = asked.string_argument("message");
  if (!message)
    return tool_result::error("The argument \"message\" is missing or is not a string.");
  return tool_result::text(std::string{*message});
}

protocol::tool echo_description() {
  return protocol::tool{"echo"}
      .with_title("Echo")
      .with_description("Gives back its message.")
      .with_input(R"({"type":"object","properties":{"message":{"type":"string",)"
                  R"("description":"The text to give back."}},"required":["message"]})")
      .with_annotations(
          {.read_only = true, .destructive = false, .idempotent = true, .open_world = false});
}

protocol::tool status_description() {
  constexpr auto output = R"({"type":"object","properties":{
    "version":{"type":"string"},"uptime_seconds":{"type":"integer"},
    "connections":{"type":"integer"},"sessions":{"type":"integer"},"streams":{"type":"integer"},
    "calls_in_flight":{"type":"integer"},"requests":{"type":"integer"}},
    "required":["version","uptime_seconds","connections","sessions","streams","calls_in_flight",
    "requests"]})";
  return protocol::tool{"server_status"}
      .with_title("Status of this server")
      .with_description("Tells how long this server has been running and how busy it is.")
      .with_output(output)
      .with_annotations(
          {.read_only = true, .destructive = false, .idempotent = false, .open_world = false});
}

handler_function status(std::function<node_figures()> figures) {
  const auto start = std::chrono::steady_clock::now();
  return [start, figures = std::move(figures)](const call&) -> outcome {
    const auto now = figures();
    const auto uptime =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
    return tool_result::of_structured(protocol::json::object{
        {"version", build_version()},
        {"uptime_seconds", uptime.count()},
        {"connections", now.connections},
        {"sessions", now.sessions},
        {"streams", now.streams},
        {"calls_in_flight", now.calls},
        {"requests", now.requests},
    });
  };
}

caf::behavior clock_behavior(caf::event_based_actor* self, std::chrono::milliseconds interval,
                             const std::function<void(std::string)>& resource_updated) {
  if (interval.count() > 0)
    self->delayed_send(self, interval, clock_tick{});
  return {
      [](const call&) -> outcome {
        return read_result{protocol::resource_contents::text(
            clock_uri, utc_text(std::chrono::system_clock::now()))};
      },
      [self, interval, resource_updated](clock_tick) {
        self->delayed_send(self, interval, clock_tick{});
        resource_updated(clock_uri);
      },
  };
}

} // namespace

void add_builtin_handlers(handler_set& to, const config& settings, node_access node) {
  if (!settings.builtin.enabled)
    return;
  to.add(echo_description(), handler{echo, execution::inline_});
  to.add(status_description(), handler{status(std::move(node.figures))});
  to.add(
      protocol::resource{clock_uri, "clock"}
          .with_title("Clock")
          .with_description("The time of this server in UTC; subscribe to see it go on.")
          .with_mime_type("text/plain"),
      handler::supervised([interval = settings.builtin.clock_interval,
                           updated = std::move(node.resource_updated)](caf::actor_system& system) {
        return system.spawn(clock_behavior, interval, updated);
      }));
}

} // namespace troupe::supervision
