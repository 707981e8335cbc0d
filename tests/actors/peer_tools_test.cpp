// Calls that clients of alice make of tools that bob exports: what crosses, and every end that a call can have.

#define CAF_SUITE peer_tools

#include <memory>
#include <string>
#include <vector>

#include "tests/actors/call_fixture.hpp"
#include "tests/actors/peer_fixture.hpp"
#include "troupe/actors/handler_set.hpp"
#include "troupe/actors/messages.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct fixture : test::peer_fixture {
  std::shared_ptr<test::slow_tool> slow = std::make_shared<test::slow_tool>();
  caf::actor worker = sys.spawn(test::run_slow_tool, slow);
  std::vector<std::string> events; ///< told to alice's client while a call runs

  ~fixture() override {
    slow->waiting.clear();
    slow->calls.clear();
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
    worker = nullptr;
    alice.catalog = bob.catalog = nullptr;
  }

  static handler function(execution where, handler_function run) { return {std::move(run), where}; }

  static catalog_ptr catalog_of(const handler_set& set) {
    CAF_REQUIRE(set.errors().empty());
    boost::intrusive_ptr<catalog> result{new catalog};
    for (const auto& change : set.changes())
      result->tools.put(std::make_shared<const tool_entry>(std::get<tool_entry>(change)));
    return result;
  }

  static protocol::tool tool(const char* name) {
    return protocol::tool{name}.with_description("d");
  }

  void offer() {
    const tool_options exported{.exported = true};
    handler_set set;
    set.add(tool("echo"),
            function(execution::inline_,
                     [](const call& c) -> outcome {
                       c.progress(1, 2);
                       return tool_result::text(
                           std::string{c.string_argument("text").value_or("")});
                     }),
            exported);
    set.add(tool("fails"),
            function(execution::pool,
                     [](const call&) -> outcome {
                       return rpc_error{-32602, "no such thing"};
                     }),
            exported);
    set.add(tool("asks"), function(execution::pool, test::call_fixture::asks_name), exported);
    set.add(tool("slow"), handler{worker, {.cancellation_messages = true}}, exported);
    set.add(tool("private"), function(execution::inline_, test::call_fixture::asks_name));
    bob.catalog = catalog_of(set);
    connect();
  }

  call call_of(const char* name, const std::string& arguments = "{}") {
    call_data_ptr data{new call_data};
    data->client = client_ptr{new client};
    data->client->identity.name = "ada";
    data->body =
        *protocol::document::parse(R"({"name":")" + std::string{name} + R"(","arguments":)" +
                                   arguments + R"(,"_meta":{"progressToken":"p"}})");
    data->params = data->body->root().if_object();
    data->name = data->params->at("name").as_string();
    data->arguments = data->params->at("arguments").if_object();
    data->method = protocol::method::tools_call;
    data->number = 5;
    return call{data};
  }

  /// What becomes of a call by one of alice's clients: "running" until it is answered.
  std::shared_ptr<std::string> ask(const call& asked) {
    auto result = std::make_shared<std::string>("running");
    const auto client = sys.spawn([=, this](caf::event_based_actor* me) -> caf::behavior {
      asked.data()->caller = caf::actor_cast<caf::actor>(me);
      me->request(alice.peer, caf::infinite, asked)
          .then(
              [=](outcome& done) {
                asked.data()->caller = nullptr;
                *result = text_of(encode(std::move(done), *asked.data()));
                me->quit();
              },
              [=](const caf::error&) {
                asked.data()->caller = nullptr;
                *result = "not begun";
                me->quit();
              });
      return {[this](call_event& event) { events.push_back(std::move(event.json)); }};
    });
    sched.run();
    return result;
  }
  std::shared_ptr<std::string> ask(const char* name, const std::string& arguments = "{}") {
    return ask(call_of(name, arguments));
  }

  static std::string text_of(encoded_outcome&& done) {
    if (const auto* result = std::get_if<encoded_result>(&done))
      return result->json;
    if (const auto* error = std::get_if<rpc_error>(&done))
      return std::to_string(error->code) + " " + error->message;
    if (const auto* wanted = std::get_if<input_required>(&done))
      return "asks " + wanted->requests.begin()->first + wanted->state;
    return "task";
  }

  static bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
};

constexpr auto lost =
    "-32603 The node that runs this tool was lost while it had this call, which may "
    "have been carried out or not.";

} // namespace

CAF_TEST_FIXTURE_SCOPE(peer_tools_tests, fixture)

CAF_TEST(what_is_exported_is_announced_and_again_when_it_changes) {
  offer();
  CAF_CHECK_EQUAL(alice.log->lines.back(), "tools echo fails asks slow");
  const auto lines = alice.log->lines.size();
  caf::anon_send(bob.peer, catalog_changed{bob.catalog, {}});
  sched.run();
  CAF_CHECK_EQUAL(alice.log->lines.size(), lines);
  caf::anon_send(bob.peer, catalog_changed{catalog_ptr{new catalog}, {}});
  sched.run();
  CAF_CHECK_EQUAL(alice.log->lines.back(), "tools");
}

CAF_TEST(a_call_is_run_there_and_its_progress_comes_before_its_result) {
  offer();
  const auto result = ask("echo", R"({"text":"hello"})");
  CAF_CHECK(has(*result, R"("text":"hello")"));
  CAF_REQUIRE_EQUAL(events.size(), 1u);
  CAF_CHECK(has(events[0], R"("progressToken":"p")"));
}

CAF_TEST(an_error_is_the_same_error_here) {
  offer();
  const auto failed = ask("fails");
  CAF_CHECK_EQUAL(*failed, "-32602 no such thing");
}

CAF_TEST(questions_to_the_client_cross_and_its_answers_too) {
  offer();
  const auto asked = call_of("asks");
  const auto questions = ask(asked);
  CAF_CHECK_EQUAL(*questions, "asks who (asked once)");
  const auto again =
      next_round(*asked.data(),
                 {{"who", boost::json::parse(R"({"action":"accept","content":{"name":"Ada"}})")}},
                 " (asked once)");
  CAF_CHECK(has(*ask(call{again}), "Ada (asked once)"));
}

CAF_TEST(an_actor_runs_a_call_as_it_does_a_local_one) {
  offer();
  const auto result = ask("slow", R"({"x":1})");
  CAF_REQUIRE_EQUAL(slow->calls.size(), 1u);
  CAF_CHECK(slow->calls[0].arguments().at("x") == 1);
  CAF_CHECK_EQUAL(slow->calls[0].client().identity.name, "ada");
  slow->calls[0].progress(1, 3, "one");
  sched.run();
  CAF_CHECK_EQUAL(events.size(), 1u);
  CAF_CHECK_EQUAL(*result, "running");
  slow->waiting[0].deliver(outcome{tool_result::text("slowly")});
  sched.run();
  CAF_CHECK(has(*result, "slowly"));
}

CAF_TEST(a_cancelled_call_is_cancelled_there) {
  offer();
  const auto asked = call_of("slow");
  const auto result = ask(asked);
  CAF_CHECK_EQUAL(bob.observer.exported, 1);
  caf::anon_send(alice.peer, call_cancelled{asked});
  sched.run();
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
  CAF_CHECK_EQUAL(bob.observer.exported, 0);
  CAF_CHECK_EQUAL(alice.observer.imported, 0);
  // What the handler still says goes nowhere.
  slow->waiting[0].deliver(outcome{tool_result::text("late")});
  sched.run();
  CAF_CHECK(!has(*result, "late"));
}

CAF_TEST(what_is_not_exported_is_not_begun) {
  offer();
  const auto hidden = ask("private");
  CAF_CHECK_EQUAL(*hidden, "not begun");
  const auto unknown = ask("unknown");
  CAF_CHECK_EQUAL(*unknown, "not begun");
  CAF_CHECK_EQUAL(bob.observer.calls_not_taken, 2u);
}

CAF_TEST(a_call_that_a_lost_node_had_has_failed) {
  offer();
  const auto result = ask("slow");
  caf::anon_send_exit(bob.peer, caf::exit_reason::kill);
  sched.run();
  CAF_CHECK_EQUAL(*result, lost);
  CAF_CHECK_EQUAL(alice.observer.calls_lost, 1u);
  CAF_CHECK(slow->calls.at(0).cancelled()); // nobody wants it any more
}

CAF_TEST(a_call_that_waited_when_the_node_was_lost_was_not_begun) {
  options.window_bytes = 1; // one batch at a time
  std::size_t batches = 0;
  const auto mute = connect_to_a_mute(batches);
  const auto first = ask("slow");
  const auto second = ask("slow");
  CAF_CHECK_EQUAL(batches, 1u);
  caf::anon_send_exit(mute, caf::exit_reason::user_shutdown);
  sched.run();
  CAF_CHECK_EQUAL(*first, lost);
  CAF_CHECK_EQUAL(*second, "not begun");
}

CAF_TEST(no_more_calls_than_allowed) {
  options.max_tool_calls = 2;
  offer();
  const auto first = ask("slow");
  const auto second = ask("slow");
  const auto third = ask("slow");
  CAF_CHECK_EQUAL(*third, "not begun");
  slow->waiting[0].deliver(outcome{tool_result::text("done")});
  slow->waiting[1].deliver(outcome{tool_result::text("done")});
  sched.run();
  CAF_CHECK(has(*first, "done") && has(*second, "done"));
  CAF_CHECK(has(*ask("echo"), "content"));
}

CAF_TEST(a_handler_that_dies_fails_its_calls) {
  offer();
  const auto result = ask("slow");
  caf::anon_send_exit(worker, caf::exit_reason::kill);
  sched.run();
  caf::anon_send(bob.peer, handler_gone{worker.address(), "killed"});
  sched.run();
  CAF_CHECK(has(*result, "-32603"));
  CAF_CHECK_EQUAL(bob.observer.exported, 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
