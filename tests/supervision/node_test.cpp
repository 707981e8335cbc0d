#define CAF_SUITE node

#include "troupe/supervision/node.hpp"

#include "caf/test/unit_test.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <caf/event_based_actor.hpp>

#include "tests/supervision/http_client.hpp"
#include "troupe/supervision/census.hpp"
#include "troupe/supervision/node_metrics.hpp"

using namespace troupe;
using namespace std::chrono_literals;
using supervision::census;
using supervision::lasting_growth;

namespace {

node_config settings() {
  node_config result;
  result.listen.port = 0;
  result.listen.io_threads = 2;
  result.admin.port = 0;
  return result;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

outcome greet(const call&) {
  return tool_result::text("hello");
}

std::string call_of(const std::string& tool) {
  return R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":")" + tool + R"("}})";
}

} // namespace

CAF_TEST(a_node_serves_and_leaves_nothing_behind) {
  const auto before = census::take();
  {
    node server{settings()};
    server.handlers().add(protocol::tool("greet"), greet);
    CAF_CHECK_EQUAL(server.mcp_port(), 0);
    CAF_REQUIRE(!server.start());
    CAF_CHECK(server.mcp_port() != 0);
    CAF_CHECK(contains(server.url(), std::to_string(server.mcp_port()) + "/mcp"));
    const auto session = test::open_session(server.mcp_port());
    CAF_REQUIRE(!session.empty());
    CAF_CHECK(contains(test::post(server.mcp_port(), session, call_of("greet")), "hello"));
    CAF_CHECK(contains(test::get(server.admin_port(), "/readyz"), "200 OK"));
    CAF_CHECK(contains(test::get(server.admin_port(), "/metrics"), "troupe_sessions 1"));
    CAF_CHECK_EQUAL(server.figures().sessions, 1u);
    const auto end = server.stop();
    CAF_CHECK(end.failure.empty());
    CAF_CHECK(end.killed.empty());
    CAF_CHECK(end.left.empty());
    CAF_CHECK(test::get(server.mcp_port(), "/mcp").empty());
    CAF_CHECK(server.stop().left.empty());
  }
  CAF_CHECK(lasting_growth(before, 10s).empty());
}

CAF_TEST(a_node_that_was_never_started_ends_as_well) {
  const auto before = census::take();
  { const node server{settings()}; }
  CAF_CHECK(lasting_growth(before, 10s).empty());
}

CAF_TEST(a_node_that_goes_out_of_scope_stops) {
  const auto before = census::take();
  {
    node server{settings()};
    CAF_REQUIRE(!server.start());
    test::open_session(server.mcp_port());
  }
  CAF_CHECK(lasting_growth(before, 10s).empty());
}

CAF_TEST(a_port_that_is_taken_is_told_with_a_way_out) {
  node first{settings()};
  CAF_REQUIRE(!first.start());
  auto same = settings();
  same.listen.port = first.mcp_port();
  node second{same};
  const auto failure = second.start();
  CAF_REQUIRE(failure);
  CAF_CHECK(contains(failure->reason, std::to_string(first.mcp_port())));
  CAF_CHECK(contains(failure->reason, "in use"));
  CAF_CHECK(contains(failure->reason, "--listen"));
  auto admin = settings();
  admin.admin.port = first.admin_port();
  node third{admin};
  const auto other = third.start();
  CAF_REQUIRE(other);
  CAF_CHECK(contains(other->reason, "--admin"));
  CAF_CHECK(!test::open_session(first.mcp_port()).empty());
}

CAF_TEST(a_wrong_configuration_is_told_by_start) {
  auto wrong = settings();
  wrong.listen.address = "localhost";
  node server{wrong};
  const auto failure = server.start();
  CAF_REQUIRE(failure);
  CAF_CHECK(contains(failure->reason, "listen.address"));
}

CAF_TEST(a_wrong_handler_is_told_by_start) {
  node server{settings()};
  server.handlers().add(protocol::tool(""), greet);
  CAF_CHECK(server.start());
}

CAF_TEST(handlers_come_and_go_while_the_node_serves) {
  node server{settings()};
  CAF_REQUIRE(!server.start());
  const auto session = test::open_session(server.mcp_port());
  handler_set more;
  more.add(protocol::tool("late"), greet);
  const auto added = server.update(more).get();
  CAF_REQUIRE(added);
  CAF_CHECK(contains(test::post(server.mcp_port(), session, call_of("late")), "hello"));
  handler_set fewer;
  fewer.remove(entry_kind::tool, "late");
  const auto removed = server.update(fewer).get();
  CAF_REQUIRE(removed);
  CAF_CHECK(*removed > *added);
  CAF_CHECK(contains(test::post(server.mcp_port(), session, call_of("late")), "-32602"));
  handler_set wrong;
  wrong.add(protocol::tool(""), greet);
  CAF_CHECK(!server.update(wrong).get());
}

CAF_TEST(hooks_are_told_about_a_client_in_order) {
  std::mutex mutex;
  std::vector<std::string> told;
  const auto note = [&](std::string what) {
    const std::lock_guard guard{mutex};
    told.push_back(std::move(what));
  };
  node server{settings()};
  server.on_client_connected([&](const client_identity& who) { note("connected " + who.name); });
  server.on_client_initialized([&](const client_identity& who) { note("initialized " + who.id); });
  server.on_client_disconnected([&](const client_identity&, session_end why) {
    note("disconnected " + std::string{to_string(why)});
  });
  CAF_REQUIRE(!server.start());
  CAF_REQUIRE(!test::open_session(server.mcp_port()).empty());
  server.stop();
  CAF_REQUIRE_EQUAL(told.size(), 3u);
  CAF_CHECK_EQUAL(told[0], "connected test");
  CAF_CHECK(contains(told[1], "initialized client-"));
  CAF_CHECK_EQUAL(told[2], "disconnected drained");
}

CAF_TEST(a_notification_says_what_became_of_it) {
  std::promise<std::string> connected;
  node server{settings()};
  server.on_client_initialized([&](const client_identity& who) { connected.set_value(who.id); });
  CAF_REQUIRE(!server.start());
  CAF_CHECK(*server.notify("client-0-77", "test").get() == notify_status::client_not_found);
  CAF_CHECK(*server.notify("nobody", "test").get() == notify_status::client_not_found);
  test::open_session(server.mcp_port());
  const auto client = connected.get_future().get();
  CAF_CHECK(*server.notify(client, "test").get() == notify_status::not_supported);
  server.stop();
  CAF_CHECK(!server.notify(client, "test").get());
  CAF_CHECK(!server.update({}).get());
  server.resource_updated("file:///gone");
}

CAF_TEST(a_call_that_is_running_is_awaited) {
  std::promise<void> begun;
  std::promise<void> end;
  node server{settings()};
  server.handlers().add(protocol::tool("wait"), handler{[&](const call&) -> outcome {
                                                          begun.set_value();
                                                          end.get_future().get();
                                                          return tool_result::text("finished");
                                                        },
                                                        execution::blocking});
  CAF_REQUIRE(!server.start());
  const auto session = test::open_session(server.mcp_port());
  auto answer = std::async(std::launch::async,
                           [&] { return test::post(server.mcp_port(), session, call_of("wait")); });
  begun.get_future().get();
  server.begin_stop();
  end.set_value();
  CAF_CHECK(server.wait().killed.empty());
  CAF_CHECK(contains(answer.get(), "finished"));
}

CAF_TEST(a_call_that_outlives_the_limit_is_killed_and_named) {
  std::promise<void> begun;
  std::promise<void> end;
  node server{settings()};
  server.handlers().add(protocol::tool("wait"), handler{[&](const call&) -> outcome {
                                                          begun.set_value();
                                                          end.get_future().get();
                                                          return tool_result::text("too late");
                                                        },
                                                        execution::blocking});
  CAF_REQUIRE(!server.start());
  const auto session = test::open_session(server.mcp_port());
  auto answer = std::async(std::launch::async,
                           [&] { return test::post(server.mcp_port(), session, call_of("wait")); });
  begun.get_future().get();
  std::promise<void> stopped;
  server.on_stopped([&] { stopped.set_value(); });
  server.begin_stop(50ms);
  stopped.get_future().get();
  end.set_value(); // or its thread would hold up the end of the actor system
  CAF_CHECK(!server.wait().killed.empty());
  CAF_CHECK(!contains(answer.get(), "too late"));
}

CAF_TEST(an_actor_of_the_application_that_stays_is_named_and_does_not_hang_the_node) {
  node server{settings()};
  CAF_REQUIRE(!server.start());
  const auto stays =
      server.system().spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; });
  const auto end = server.stop(0ms);
  CAF_REQUIRE_EQUAL(end.left.size(), 1u);
  CAF_CHECK(contains(end.left[0], "1 actor"));
}

CAF_TEST(a_handler_actor_that_nobody_else_holds_ends_with_the_node) {
  node server{settings()};
  server.handlers().add(protocol::tool("actor"),
                        handler{server.system().spawn([](caf::event_based_actor*) -> caf::behavior {
                          return {[](const call&) { return outcome{tool_result::text("hello")}; }};
                        })});
  CAF_REQUIRE(!server.start());
  const auto session = test::open_session(server.mcp_port());
  CAF_CHECK(contains(test::post(server.mcp_port(), session, call_of("actor")), "hello"));
  CAF_CHECK(server.stop().left.empty());
}
