#define CAF_SUITE node

#include "troupe/supervision/node.hpp"

#include "caf/test/unit_test.hpp"

#include <atomic>
#include <chrono>
#include <functional>
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

/// A node that serves, with what the test adds before.
class serving_node : public node {
public:
  serving_node() : node(settings()) { CAF_REQUIRE(!start()); }
  explicit serving_node(const std::function<void(node&)>& prepare) : node(settings()) {
    prepare(*this);
    CAF_REQUIRE(!start());
  }

  std::string open_session() { return test::open_session(mcp_port()); }
  std::string call(const std::string& session, const std::string& tool) {
    return test::post(mcp_port(), session, call_of(tool));
  }
};

/// A node and one call of the tool "wait", which is running and returns when it is let go.
class node_with_a_call {
public:
  explicit node_with_a_call(const std::string& result)
      : server_([&](node& to) {
          to.handlers().add(protocol::tool("wait"), handler{[this, result](const call&) -> outcome {
                                                              begun_.set_value();
                                                              end_.get_future().get();
                                                              return tool_result::text(result);
                                                            },
                                                            execution::blocking});
        }),
        answer_(std::async(std::launch::async,
                           [this] { return server_.call(server_.open_session(), "wait"); })) {
    begun_.get_future().get();
  }

  node& server() { return server_; }
  void let_go() { end_.set_value(); }
  std::string answer() { return answer_.get(); }

private:
  std::promise<void> begun_;
  std::promise<void> end_;
  serving_node server_;
  std::future<std::string> answer_;
};

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
    serving_node server;
    server.open_session();
  }
  CAF_CHECK(lasting_growth(before, 10s).empty());
}

CAF_TEST(a_port_that_is_taken_is_told_with_a_way_out) {
  serving_node first;
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
  CAF_CHECK(!first.open_session().empty());
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
  serving_node server;
  const auto session = server.open_session();
  handler_set more;
  more.add(protocol::tool("late"), greet);
  const auto added = server.update(more).get();
  CAF_REQUIRE(added);
  CAF_CHECK(contains(server.call(session, "late"), "hello"));
  handler_set fewer;
  fewer.remove(entry_kind::tool, "late");
  const auto removed = server.update(fewer).get();
  CAF_REQUIRE(removed);
  CAF_CHECK(*removed > *added);
  CAF_CHECK(contains(server.call(session, "late"), "-32602"));
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
  serving_node server{[&](node& to) {
    to.on_client_connected([&](const client_identity& who) { note("connected " + who.name); });
    to.on_client_initialized([&](const client_identity& who) { note("initialized " + who.id); });
    to.on_client_disconnected([&](const client_identity&, session_end why) {
      note("disconnected " + std::string{to_string(why)});
    });
  }};
  CAF_REQUIRE(!server.open_session().empty());
  server.stop();
  CAF_REQUIRE_EQUAL(told.size(), 3u);
  CAF_CHECK_EQUAL(told[0], "connected test");
  CAF_CHECK(contains(told[1], "initialized client-"));
  CAF_CHECK_EQUAL(told[2], "disconnected drained");
}

CAF_TEST(a_notification_says_what_became_of_it) {
  std::promise<std::string> connected;
  serving_node server{[&](node& to) {
    to.on_client_initialized([&](const client_identity& who) { connected.set_value(who.id); });
  }};
  CAF_CHECK(*server.notify("client-0-77", "test").get() == notify_status::client_not_found);
  CAF_CHECK(*server.notify("nobody", "test").get() == notify_status::client_not_found);
  server.open_session();
  const auto client = connected.get_future().get();
  CAF_CHECK(*server.notify(client, "test").get() == notify_status::not_supported);
  server.stop();
  CAF_CHECK(!server.notify(client, "test").get());
  CAF_CHECK(!server.update({}).get());
  server.resource_updated("file:///gone");
}

CAF_TEST(a_call_that_is_running_is_awaited) {
  node_with_a_call at{"finished"};
  at.server().begin_stop();
  at.let_go();
  CAF_CHECK(at.server().wait().killed.empty());
  CAF_CHECK(contains(at.answer(), "finished"));
}

CAF_TEST(a_call_that_outlives_the_limit_is_killed_and_named) {
  node_with_a_call at{"too late"};
  std::promise<void> stopped;
  at.server().on_stopped([&] { stopped.set_value(); });
  at.server().begin_stop(50ms);
  stopped.get_future().get();
  at.let_go(); // or its thread would hold up the end of the actor system
  CAF_CHECK(!at.server().wait().killed.empty());
  CAF_CHECK(!contains(at.answer(), "too late"));
}

CAF_TEST(an_actor_of_the_application_that_stays_is_named_and_does_not_hang_the_node) {
  serving_node server;
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
