// Troupe as its binary has it, with more to measure: the echo tool as an actor and as a function on the pool, and as
// many other tools as the environment variable BENCH_TOOLS says, all tools counted; and a tool that tells all who
// subscribed to bench://watched that it has changed. Takes the command line of `troupe`.

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include <caf/event_based_actor.hpp>

#include "troupe/supervision/builtin_handlers.hpp"
#include "troupe/supervision/server.hpp"

namespace {

using namespace troupe;

constexpr auto echo_input = R"({"type":"object","properties":{"message":{"type":"string",)"
                            R"("description":"The text to give back."}},"required":["message"]})";

/// As the built-in echo; only where it runs differs.
outcome echo(const call& asked) {
  return tool_result::text(std::string{*asked.string_argument("message")});
}

caf::behavior echo_actor() {
  return {[](const call& asked) -> outcome { return echo(asked); }};
}

void add_other_tools(handler_set& to, int count) {
  for (int i = 1; i <= count; ++i)
    to.add(protocol::tool{"tool_" + std::to_string(i)}
               .with_title("Tool number " + std::to_string(i))
               .with_description("One of many tools; gives back its message.")
               .with_input(echo_input),
           handler{echo, execution::inline_});
}

protocol::tool echo_as(std::string name) {
  return protocol::tool{std::move(name)}
      .with_description("Gives back its message.")
      .with_input(echo_input);
}

/// All tools, counted; 0 for those of the binary and the three of this file.
int wanted_tools() {
  const auto* variable = std::getenv("BENCH_TOOLS");
  const std::string_view text = variable != nullptr ? variable : "0";
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc{} && end == text.data() + text.size() && count >= 0 && count <= 100'000)
    return count;
  std::cerr << "bench_server: BENCH_TOOLS must be a whole number up to 100000, not \"" << text
            << "\"\n";
  std::exit(2);
}

void add_tools(handler_set& to, int count) {
  if (count == 0) {
    to.add(echo_as("echo_actor"),
           handler::supervised([](caf::actor_system& system) { return system.spawn(echo_actor); }))
        .add(echo_as("echo_pool"), handler{echo, execution::pool});
    return;
  }
  to.remove(entry_kind::tool, "server_status"); // echo stays
  add_other_tools(to, count - 1);
}

void add_publishing(node& node) {
  node.handlers()
      .add(protocol::tool{"publish"}.with_description("Tells all subscribers of bench://watched."),
           handler{[&node](const call&) -> outcome {
                     node.resource_updated("bench://watched");
                     return tool_result::text("published");
                   },
                   execution::inline_})
      .add(protocol::resource{"bench://watched", "watched"},
           handler{[](const call& read) -> outcome {
                     return read_result{
                         protocol::resource_contents::text(std::string{read.name()}, "")};
                   },
                   execution::inline_});
}

} // namespace

int main(int argc, char** argv) {
  const int tools = wanted_tools();
  return supervision::run_server(argc, argv, [tools](node& node) {
    supervision::add_builtin_handlers(
        node.handlers(), node.config(),
        {[&node] { return node.figures(); },
         [&node](std::string uri) { node.resource_updated(std::move(uri)); }});
    add_tools(node.handlers(), tools);
    if (tools == 0)
      add_publishing(node);
  });
}
