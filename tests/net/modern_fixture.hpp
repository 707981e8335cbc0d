#pragma once

// Connections with tools of their own, for requests of the modern era.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tests/actors/modern_fixture.hpp"
#include "tests/net/connection_fixture.hpp"

namespace troupe::test {

constexpr std::string_view both = "application/json, text/event-stream";
constexpr std::string_view wants_progress = R"(,"progressToken":"p")";

inline outcome tell_much(const call& c) {
  for (int i = 0; i < 64; ++i)
    c.notify("notifications/x", {{"text", std::string(64 * 1024, 'x')}});
  return tool_result::text("much");
}

struct modern_connection_fixture : connection_fixture {
  modern_connection_fixture() {
    state->observer = &seen;
    state->keys = protocol::key_ring::make_random();
    state->limits.granted(limit::calls, 2);
    worker = sys.spawn(run_slow_tool, slow);
    run();
    handler_set set;
    set.add(protocol::tool{"slow"}.with_description("d"),
            handler{worker, actor_options{.cancellation_messages = true}});
    call_fixture::add(set, "quick", execution::inline_, [](const call& c) -> outcome {
      c.progress(1, 2);
      return tool_result::text("quick");
    });
    call_fixture::add(set, "much", execution::inline_, tell_much);
    boost::intrusive_ptr<catalog> next{new catalog};
    for (auto change : set.changes()) {
      auto& tool = std::get<tool_entry>(change);
      tool.number = ++numbers;
      next->tools.put(std::make_shared<const tool_entry>(std::move(tool)));
    }
    state->catalog = next;
  }

  ~modern_connection_fixture() override {
    for (auto& each : connections)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    settle();
    CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
    CAF_CHECK_EQUAL(seen.calls, 0);
    CAF_CHECK_EQUAL(seen.streams, 0);
    slow->waiting.clear();
    slow->calls.clear();
    state->catalog = catalog_ptr{new catalog};
    worker = nullptr;
    settle();
  }

  /// The bytes of a modern request.
  static std::string modern_post(std::string_view method, std::string_view name,
                                 std::string_view body, std::string_view accept = both) {
    std::string headers = "Content-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n";
    headers += "Accept: " + std::string{accept} + "\r\nMcp-Method: " + std::string{method} + "\r\n";
    if (!name.empty())
      headers += "Mcp-Name: " + std::string{name} + "\r\n";
    return request("POST", headers, body);
  }
  static std::string call_post(std::string_view tool, std::string_view accept = both) {
    return modern_post("tools/call", tool,
                       modern_call(tool, "{}", R"("arguments":{})", wants_progress), accept);
  }
  static std::string listen_post(std::string_view filter, std::string_view accept = both) {
    return modern_post("subscriptions/listen", "",
                       modern("subscriptions/listen", R"("notifications":)" + std::string{filter}),
                       accept);
  }

  const call& running() {
    CAF_REQUIRE(!slow->calls.empty());
    return slow->calls.back();
  }
  void finish(std::string text) {
    slow->waiting.back().deliver(outcome{tool_result::text(std::move(text))});
    settle();
  }
  void tell_progress(double done) {
    running().progress(done);
    settle();
  }
  void publish_tools() {
    state->listeners.publish(listen_topic::tools, protocol::make_tagged_notification(
                                                      "notifications/tools/list_changed"));
    settle();
  }

  counting_observer seen;
  std::shared_ptr<slow_tool> slow = std::make_shared<slow_tool>();
  caf::actor worker;
  std::uint64_t numbers = 0;
};

} // namespace troupe::test
