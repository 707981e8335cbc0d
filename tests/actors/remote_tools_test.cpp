// Who runs a call of a tool that other nodes have: choosing, failing over, never twice; and what is known of absent ones.

#define CAF_SUITE remote_tools

#include "troupe/actors/remote_tools.hpp"

#include <caf/test/dsl.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "troupe/actors/remote_messages.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// To a node: answer the last call.
struct answer_last {
  bool begun = true;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(answer_last)

namespace {

struct counted final : remote_tool_observer {
  std::size_t live = 0, absent = 0;
  int moved = 0, refused = 0;
  void tools_known(std::size_t now, std::size_t gone) noexcept override {
    live = now;
    absent = gone;
  }
  void tool_call_sent() noexcept override {}
  void tool_call_moved() noexcept override { ++moved; }
  void tool_call_refused() noexcept override { ++refused; }
  void tool_call_lost() noexcept override {}
  void tool_call_taken() noexcept override {}
  void tool_call_not_taken() noexcept override {}
  void imported_calls_changed(int) noexcept override {}
  void exported_calls_changed(int) noexcept override {}
};

/// Stands for the peer of a node: keeps the calls that it is given, or takes none.
struct node {
  caf::actor peer;
  std::vector<caf::typed_response_promise<outcome>> running;
  int cancelled = 0;
  bool takes_none = false;
};

struct fixture : test_coordinator_fixture<> {
  std::size_t own = sys.registry().running();
  counted observer;
  remote_tools_options options;
  std::map<int, node> nodes;
  std::vector<std::string> told; ///< the dispatcher
  caf::actor dispatcher;
  caf::actor subject;

  void start() {
    options.observer = &observer;
    subject = spawn_remote_tools(sys, options);
    dispatcher = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const remote_tools_changed& all) {
        std::string names;
        for (const auto& tool : all.tools)
          names += tool.name;
        told.push_back(names);
      }};
    });
    caf::anon_send(subject, dispatcher_changed{dispatcher});
    sched.run();
  }

  ~fixture() override {
    for (auto& [number, one] : nodes) {
      one.running.clear();
      caf::anon_send_exit(one.peer, caf::exit_reason::user_shutdown);
    }
    caf::anon_send_exit(subject, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(dispatcher, caf::exit_reason::user_shutdown);
    sched.run();
    CAF_CHECK_EQUAL(sys.registry().running() - own, 0u);
  }

  void announce(int number, const std::string& tools) {
    auto& one = nodes[number];
    if (!one.peer)
      one.peer = sys.spawn([&one](caf::event_based_actor* me) -> caf::behavior {
        return {[&one, me](const call&) -> caf::result<outcome> {
                  if (one.takes_none)
                    return caf::make_error(caf::sec::runtime_error, std::string{"full"});
                  one.running.push_back(me->make_response_promise<outcome>());
                  return one.running.back();
                },
                [&one](const call_cancelled&) { ++one.cancelled; },
                [&one](const answer_last& how) {
                  if (how.begun)
                    one.running.back().deliver(outcome{tool_result::text("ok")});
                  else
                    one.running.back().deliver(caf::make_error(caf::sec::runtime_error));
                  one.running.pop_back();
                }};
      });
    tools_announced news{static_cast<protocol::node_number>(number), one.peer, {}};
    for (const auto tool : tools)
      news.tools.emplace_back().name = tool;
    caf::anon_send(subject, std::move(news));
    sched.run();
  }

  void lose(int number) {
    caf::anon_send_exit(nodes[number].peer, caf::exit_reason::kill);
    sched.run();
  }

  static call call_of(const char* tool) {
    call_data_ptr data{new call_data};
    data->client = client_ptr{new client};
    data->name = tool;
    return call{data};
  }

  /// What becomes of a call: "running" until it is answered.
  std::shared_ptr<std::string> ask(const call& asked) {
    auto result = std::make_shared<std::string>("running");
    sys.spawn([=, this](caf::event_based_actor* me) {
      me->request(subject, caf::infinite, asked)
          .then(
              [result](const outcome& done) {
                const auto* error = std::get_if<rpc_error>(&done.value);
                *result = error != nullptr ? error->message : "done";
              },
              [result](const caf::error&) { *result = "error"; });
    });
    sched.run();
    return result;
  }
  std::shared_ptr<std::string> ask(const char* tool) { return ask(call_of(tool)); }

  void answer(int number, bool begun = true) {
    caf::anon_send(nodes[number].peer, answer_last{begun});
    sched.run();
  }
};

constexpr auto none_connected = "No node that has the tool a is connected; try again later.";
constexpr auto none_takes = "No node takes a call of the tool a now; try again later.";

} // namespace

CAF_TEST_FIXTURE_SCOPE(remote_tools_tests, fixture)

CAF_TEST(the_dispatcher_is_told_what_there_is_whenever_it_changes) {
  start();
  announce(1, "ab");
  announce(2, "bc");
  announce(1, "b");
  lose(2);
  CAF_CHECK_EQUAL(told, (std::vector<std::string>{"", "ab", "abc", "bc", "b"}));
  CAF_CHECK_EQUAL(observer.live, 1u);
}

CAF_TEST(calls_are_spread_over_the_nodes_that_have_the_tool) {
  start();
  announce(1, "a");
  announce(2, "a");
  announce(3, "b");
  std::vector<std::shared_ptr<std::string>> calls;
  for (int i = 0; i < 6; ++i)
    calls.push_back(ask("a"));
  CAF_CHECK_EQUAL(nodes[1].running.size(), 3u);
  CAF_CHECK_EQUAL(nodes[2].running.size(), 3u);
  CAF_CHECK(nodes[3].running.empty());
  // To who has the fewest.
  answer(2);
  answer(2);
  calls.push_back(ask("a"));
  CAF_CHECK_EQUAL(nodes[2].running.size(), 2u);
  for (int i = 0; i < 3; ++i)
    answer(1);
  for (int i = 0; i < 2; ++i)
    answer(2);
  for (const auto& each : calls)
    CAF_CHECK_EQUAL(*each, "done");
}

CAF_TEST(one_call_after_the_other_goes_to_the_nodes_in_turn) {
  start();
  announce(1, "a");
  announce(2, "a");
  for (int i = 0; i < 4; ++i) {
    ask("a");
    CAF_CHECK_EQUAL(nodes[1].running.size() + nodes[2].running.size(), 1u);
    const int at = nodes[1].running.empty() ? 2 : 1;
    CAF_CHECK_EQUAL(at, i % 2 == 0 ? 1 : 2);
    answer(at);
  }
}

CAF_TEST(a_node_that_does_not_take_a_call_leaves_it_to_the_next) {
  start();
  announce(1, "a");
  announce(2, "a");
  nodes[1].takes_none = nodes[2].takes_none = true;
  const auto none = ask("a");
  CAF_CHECK_EQUAL(*none, none_takes);
  CAF_CHECK_EQUAL(observer.refused, 1);
  nodes[2].takes_none = false;
  const auto first = ask("a");
  const auto second = ask("a");
  CAF_CHECK_EQUAL(nodes[2].running.size(), 2u);
  CAF_CHECK(observer.moved >= 1);
  answer(2);
  answer(2);
  CAF_CHECK_EQUAL(*first, "done");
  CAF_CHECK_EQUAL(*second, "done");
}

CAF_TEST(a_node_that_is_lost_gets_no_call_and_nobody_has_it_then) {
  start();
  announce(1, "a");
  announce(2, "a");
  lose(1);
  const auto only = ask("a");
  CAF_CHECK_EQUAL(nodes[2].running.size(), 1u);
  answer(2);
  CAF_CHECK_EQUAL(*only, "done");
  lose(2);
  CAF_CHECK_EQUAL(told.back(), "");
  const auto none = ask("a");
  CAF_CHECK_EQUAL(*none, none_connected);
}

CAF_TEST(an_absent_tool_is_kept_for_a_time_if_that_is_wished) {
  options.keep_absent = true;
  options.forget_after = 60s;
  start();
  announce(1, "ab");
  announce(1, "a"); // withdrawn, not absent
  CAF_CHECK_EQUAL(told.back(), "a");
  lose(1);
  CAF_CHECK_EQUAL(told.back(), "a");
  CAF_CHECK_EQUAL(observer.absent, 1u);
  const auto none = ask("a");
  CAF_CHECK_EQUAL(*none, none_connected);
  sched.advance_time(30s);
  sched.run();
  // It comes back, and goes again: the first absence is nobody's business any more.
  announce(2, "a");
  CAF_CHECK_EQUAL(observer.absent, 0u);
  lose(2);
  sched.advance_time(40s);
  sched.run();
  CAF_CHECK_EQUAL(told.back(), "a");
  sched.advance_time(30s);
  sched.run();
  CAF_CHECK_EQUAL(told.back(), "");
}

CAF_TEST(a_cancelled_call_is_cancelled_where_it_runs_and_not_tried_again) {
  start();
  announce(1, "a");
  announce(2, "a");
  const auto asked = call_of("a");
  const auto result = ask(asked);
  asked.data()->cancelled = true;
  caf::anon_send(subject, call_cancelled{asked});
  sched.run();
  CAF_CHECK_EQUAL(nodes[1].cancelled, 1);
  // Even if that node has not begun it.
  answer(1, false);
  CAF_CHECK(nodes[2].running.empty());
  CAF_CHECK_EQUAL(observer.refused, 0);
  CAF_CHECK(*result != "running");
}

CAF_TEST(no_more_tools_than_allowed) {
  options.max_tools = 2;
  start();
  announce(1, "abc");
  CAF_CHECK_EQUAL(told.back(), "ab");
  announce(2, "ab");
  CAF_CHECK_EQUAL(told.back(), "ab");
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(a_tool_looks_the_same_on_the_other_node) {
  auto shown =
      protocol::tool{"t"}
          .with_title("T")
          .with_description("Does it")
          .with_input(R"({"type":"object","properties":{"x":{"type":"integer"}}})")
          .with_output(R"({"type":"object"})")
          .with_annotations({true, false, std::nullopt, true})
          .with_icon(
              {"https://example.org/i.png", "image/png", {"48x48"}, protocol::icon_theme::dark})
          .with_meta({{"a", 1}});
  tool_options options;
  options.tasks = task_support::optional;
  options.start = task_start::returned;
  const auto told = announce(shown, options);
  for (const auto revision : protocol::all_revisions) {
    std::string here, there;
    shown.append_json(here, revision);
    description_of(told).append_json(there, revision);
    CAF_CHECK_EQUAL(here, there);
  }
  CAF_CHECK(options_of(told).tasks == task_support::optional);
  CAF_CHECK(options_of(told).start == task_start::returned);
  CAF_CHECK(!options_of(told).exported);
}

CAF_TEST(a_call_is_the_same_on_the_other_node) {
  call_data_ptr here{new call_data};
  here->client = client_ptr{new client};
  here->client->identity = {"client-0-7", "ada", "1.0", "2025-11-25"};
  here->client->revision = protocol::revision::r2025_11_25;
  here->client->capabilities.elicitation_form = true;
  here->client->capabilities.roots = true;
  here->client->log_level(protocol::log_level::warning);
  here->body = *protocol::document::parse(
      R"({"name":"t","arguments":{"x":1},"_meta":{"progressToken":"p"}})");
  here->params = here->body->root().if_object();
  here->name = "t";
  here->answers = {{"who", boost::json::parse(R"({"action":"accept"})")}};
  here->state = std::string("\xff\0binary", 8);
  here->round = 2;
  here->request = protocol::request_id{std::string{"r"}};
  here->in_task = true;
  here->server_info = make_frame(std::string{"{}"});
  const auto there = receive(transfer(*here), "node-b", {});
  CAF_REQUIRE(there);
  const call asked{there};
  CAF_CHECK_EQUAL(asked.name(), "t");
  CAF_CHECK(asked.arguments().at("x") == 1);
  CAF_CHECK(asked.wants_progress());
  CAF_CHECK_EQUAL(asked.client().identity.id, "client-0-7@node-b");
  CAF_CHECK(asked.client().capabilities == here->client->capabilities);
  CAF_CHECK(asked.client().revision == here->client->revision);
  CAF_CHECK(asked.client().wants(protocol::log_level::warning));
  CAF_CHECK(!asked.client().wants(protocol::log_level::notice));
  CAF_CHECK(asked.input("who")->at("action") == "accept");
  CAF_CHECK_EQUAL(asked.state(), here->state);
  CAF_CHECK(asked.in_task());
  CAF_CHECK_EQUAL(there->round, 2u);
  CAF_CHECK(there->request == here->request);
  CAF_CHECK_EQUAL(text_of(there->server_info), "{}");
}

CAF_TEST(what_is_no_call_is_refused) {
  tool_call told;
  told.tool = "t";
  for (const auto* params : {"", "[]", "{", R"({"name":"u"})", R"({"name":7})"}) {
    told.params = params;
    CAF_CHECK(!receive(tool_call{told}, "b", {}));
  }
}

CAF_TEST(every_end_of_a_call_crosses) {
  const auto cross = [](encoded_outcome&& done) {
    return outcome_of(make_last_word(1, std::move(done), protocol::revision::r2025_11_25)).value;
  };
  const auto result = cross(encoded_result{R"({"content":[]})", true});
  CAF_CHECK_EQUAL(std::get<encoded_result>(result).json, R"({"content":[]})");
  CAF_CHECK(std::get<encoded_result>(result).is_error);
  const auto error = cross(rpc_error{-32602, "wrong", boost::json::object{{"at", 1}}});
  CAF_CHECK_EQUAL(std::get<rpc_error>(error).code, -32602);
  CAF_CHECK_EQUAL(std::get<rpc_error>(error).message, "wrong");
  CAF_CHECK(std::get<rpc_error>(error).data == (boost::json::object{{"at", 1}}));
  CAF_CHECK(std::get<rpc_error>(cross(rpc_error{1, "x"})).data.is_null());
  const auto asks = cross(input_required{{{"r", protocol::roots_query{}}}, "\xffstate"});
  CAF_CHECK_EQUAL(std::get<input_required>(asks).state, "\xffstate");
  CAF_CHECK_EQUAL(std::get<input_required>(asks).requests.at("r").method(), "roots/list");
  const auto task = cross(continue_as_task{"s"});
  CAF_CHECK_EQUAL(std::get<continue_as_task>(task).state, "s");
  tool_news strange;
  strange.kind = 99;
  CAF_CHECK(std::holds_alternative<rpc_error>(outcome_of(std::move(strange)).value));
}
