// A task that goes to another node when its own drains, one that arrives, and who is asked for it.

#define CAF_SUITE task_move

#include <deque>

#include "handover_fixture.hpp"
#include "task_fixture.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/actors/task_adoption.hpp"
#include "troupe/actors/task_lookup.hpp"
#include "troupe/actors/task_question.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::literals;

namespace {

struct other_node : heir_log<task_handover> {
  std::deque<task_reply> replies; ///< to the next questions
  std::size_t questions = 0;
};

struct fixture : handover_fixture<task_fixture, task_handover, other_node> {
  std::vector<stateless_answer> answers;
  caf::actor adopter;
  std::vector<std::string> verdicts;

  fixture() {
    adopter = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const adoption_verdict& said) { verdicts.push_back(said.refused); }};
    });
  }

  ~fixture() override { caf::anon_send_exit(adopter, caf::exit_reason::user_shutdown); }

  caf::message_handler more_of(other_node& other) override {
    return {[&other](const task_request&) {
              ++other.questions;
              CAF_REQUIRE(!other.replies.empty());
              auto next = std::move(other.replies.front());
              other.replies.pop_front();
              return next;
            },
            [](const task_changed&) {}};
  }

  void drain_all() {
    state->draining = true;
    for (const auto& [task_id, each] : state->tasks)
      caf::anon_send(each, drain{});
    run();
  }

  /// Arrives on this very thread, as if it were that of another node; the one that was here is gone. Gives why it
  /// was refused.
  std::string adopt(const task_image& image) {
    state->draining = false;
    state->moved_tasks.clear();
    task_adoption request{std::make_shared<task_image>(image), adopter, 7};
    adopt_task(state, request);
    run();
    answer_leases();
    run();
    CAF_REQUIRE(!verdicts.empty());
    if (const auto found = state->tasks.find(*id); found != state->tasks.end())
      task = found->second;
    return verdicts.back();
  }

  /// As it was packed for node 2, which has taken it.
  std::shared_ptr<task_image> moved() {
    connect({2});
    drain_all();
    CAF_REQUIRE_EQUAL(others[2].images.size(), 1u);
    answer(2, handover_outcome::taken);
    CAF_REQUIRE(state->tasks.empty());
    return others[2].images[0];
  }

  /// A request of a client of this node, seen through to its answer.
  void question() {
    auto step =
        begin(modern("tasks/get", R"("taskId":")" + std::string{id->view()} + '"', with_tasks));
    if (auto* at_once = std::get_if<stateless_answer>(&step)) {
      answers.push_back(std::move(*at_once));
      return;
    }
    carrier->on_event([&] {
      ask_task(*carrier, state, std::get<stateless_task>(std::move(step)), {},
               [this](stateless_answer&& said) { answers.push_back(std::move(said)); });
    });
    run();
  }

  task_reply absent(protocol::node_number from, protocol::node_number to = 0,
                    std::vector<protocol::node_number> heirs = {}) {
    auto reply = make_unknown_task_reply(protocol::request_id{std::int64_t{1}});
    reply.absent = task_absence{from, to, std::move(heirs)};
    return reply;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(task_move_tests, fixture)

CAF_TEST(a_finished_task_moves_with_its_result) {
  create();
  finish_slow(0, tool_result::text("done"));
  const auto before = get();
  wall_ms += 1000;
  const auto image = moved();
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);
  CAF_CHECK_EQUAL(adopt(*image), "");
  CAF_CHECK_EQUAL(get(), before);
  CAF_CHECK_EQUAL(used(limit::tasks), 1u);
  // Its handler is not called again.
  CAF_CHECK_EQUAL(slow->calls.size(), 1u);
}

CAF_TEST(a_failed_task_moves_with_its_error) {
  create();
  finish_slow(0, rpc_error{-32099, "no luck", boost::json::value{{"why", "rain"}}});
  const auto before = get();
  CAF_CHECK_EQUAL(adopt(*moved()), "");
  CAF_CHECK_EQUAL(get(), before);
  CAF_CHECK_EQUAL(before.at("error").at("data").at("why").as_string(), "rain");
}

CAF_TEST(a_cancelled_task_stays_cancelled_there) {
  create();
  ask(protocol::method::tasks_cancel);
  const auto before = get();
  CAF_CHECK_EQUAL(adopt(*moved()), "");
  CAF_CHECK_EQUAL(get(), before);
}

CAF_TEST(one_that_waits_for_its_client_goes_on_with_the_answers_of_both_nodes) {
  create();
  finish_slow(0, input_required{{{"b", form("x")}, {"a", form("y")}}, "notes"});
  update(R"({"b":)" + accept("x", "one") + "}");
  finish_slow(0, tool_result::text("too late"));
  const auto before = get();
  CAF_CHECK_EQUAL(adopt(*moved()), "");
  CAF_CHECK_EQUAL(get(), before);
  CAF_CHECK_EQUAL(open_questions(), "a ");
  CAF_CHECK(update(R"({"a":7})").as_object().contains("error"));
  update(R"({"a":)" + accept("y", "two") + "}");
  CAF_CHECK_EQUAL(status(), "working");
  CAF_REQUIRE_EQUAL(slow->calls.size(), 2u);
  const auto& second = slow->calls[1];
  CAF_CHECK(second.in_task());
  CAF_CHECK_EQUAL(second.name(), "job");
  CAF_CHECK_EQUAL(second.state(), "notes");
  CAF_CHECK_EQUAL(second.input("b")->at("content").at("x").as_string(), "one");
  CAF_CHECK_EQUAL(second.input("a")->at("content").at("y").as_string(), "two");
  // A key that clients have seen is not used again.
  finish_slow(1, input_required{{{"a", form("z")}}, ""});
  CAF_CHECK_EQUAL(open_questions(), "a-2 ");
}

CAF_TEST(one_that_works_comes_to_its_end_first) {
  create();
  connect({2});
  drain_all();
  CAF_CHECK(others[2].images.empty());
  CAF_CHECK_EQUAL(status(), "working");
  finish_slow(0, tool_result::text("in time"));
  CAF_REQUIRE_EQUAL(others[2].images.size(), 1u);
  answer(2, handover_outcome::taken);
  CAF_CHECK(state->tasks.empty());
}

CAF_TEST(it_is_kept_for_no_longer_than_it_would_have_been_here) {
  create();
  finish_slow(0, tool_result::text("done"));
  wall_ms += 800'000;
  CAF_CHECK_EQUAL(adopt(*moved()), "");
  pass(99s);
  CAF_CHECK_EQUAL(state->tasks.size(), 1u);
  pass(2s);
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);
}

CAF_TEST(who_asks_while_it_moves_is_told_where_it_is) {
  create();
  finish_slow(0, tool_result::text("done"));
  connect({2});
  drain_all();
  const auto request = [&] {
    return self->request(task, caf::infinite,
                         task_request{*id, protocol::method::tasks_get,
                                      protocol::request_id{std::int64_t{3}}, nullptr, nullptr});
  };
  const auto told = [&](auto& pending) {
    protocol::node_number to = 0;
    pending.receive([&](const task_reply& said) { to = said.absent ? said.absent->to : 0; },
                    [](const caf::error&) { CAF_FAIL("no reply"); });
    return to;
  };
  auto early = request();
  run();
  others[2].promises.front().deliver(handover_verdict{handover_outcome::taken, {}});
  others[2].promises.pop_front();
  auto late = request(); // behind the verdict, before the end
  run();
  CAF_CHECK_EQUAL(told(early), 2u);
  CAF_CHECK_EQUAL(told(late), 2u);
  const auto at_the_shard =
      answer_absent(*state, {*id, protocol::method::tasks_get, {}, nullptr, nullptr});
  CAF_CHECK_EQUAL(at_the_shard.absent->to, 2u);
}

CAF_TEST(if_one_node_refuses_another_is_asked_and_then_it_ends) {
  create();
  finish_slow(0, tool_result::text("done"));
  connect({2, 3});
  drain_all();
  const auto first = asked();
  answer(first, handover_outcome::refused, "full");
  CAF_CHECK_EQUAL(state->tasks.size(), 1u);
  answer(5 - first, handover_outcome::refused, "full");
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);
}

CAF_TEST(a_node_that_is_lost_may_have_it_so_no_other_one_is_asked) {
  create();
  finish_slow(0, tool_result::text("done"));
  connect({2, 3});
  drain_all();
  const auto first = asked();
  answer(first, handover_outcome::lost);
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK(others[5 - first].images.empty());
}

CAF_TEST(a_node_that_does_not_answer_counts_as_lost) {
  create();
  finish_slow(0, tool_result::text("done"));
  connect({2});
  drain_all();
  pass(11s);
  CAF_CHECK(state->tasks.empty());
}

CAF_TEST(without_another_node_it_ends) {
  create();
  finish_slow(0, tool_result::text("done"));
  drain_all();
  CAF_CHECK(state->tasks.empty());
}

CAF_TEST(what_cannot_be_taken_is_refused_with_the_reason) {
  create();
  finish_slow(0, input_required{{{"a", form("x")}}, ""});
  const auto image = moved();
  const auto refused = [&](auto change) {
    auto wrong = *image;
    change(wrong);
    return adopt(wrong);
  };
  CAF_CHECK_EQUAL(refused([](task_image& one) { one.id = "short"; }), "what came is not a task");
  CAF_CHECK_EQUAL(refused([](task_image& one) { one.phase = 9; }), "what came is not a task");
  CAF_CHECK_EQUAL(refused([](task_image& one) { one.phase = 0; }), "what came is not a task");
  CAF_CHECK_EQUAL(refused([](task_image& one) { one.open_keys.clear(); }),
                  "what came is not a task");
  CAF_CHECK_EQUAL(refused([](task_image& one) { one.call.params = "[]"; }),
                  "what came is not a task");
  CAF_CHECK_EQUAL(refused([](task_image& one) { one.last_word.text = "{"; }),
                  "what came is not a task");
  const auto with_another_tool = refused([](task_image& one) {
    one.call.tool = "other";
    one.call.params = R"({"name":"other"})";
  });
  CAF_CHECK_EQUAL(with_another_tool, "it does not have the tool that is to go on with it");
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);
  CAF_CHECK_EQUAL(refused([](task_image&) {}), "");
  CAF_CHECK_EQUAL(refused([](task_image&) {}), "it has a task of this id");
  CAF_CHECK_EQUAL(used(limit::tasks), 1u);
}

// -- who is asked ---------------------------------------------------------------------------------

CAF_TEST(a_question_follows_the_task_from_node_to_node) {
  connect({2, 3});
  id = state->seal->seal(2, 1, 0);
  others[2].replies.push_back(absent(2, 3));
  others[3].replies.push_back({R"({"jsonrpc":"2.0","id":1,"result":{}})"});
  question();
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK_EQUAL(answers[0].status, 200u);
  CAF_CHECK(answers[0].kind == outcome_kind::ok);
  CAF_CHECK_EQUAL(others[2].questions + others[3].questions, 2u);
}

CAF_TEST(one_that_no_node_has_is_unknown_after_each_was_asked_once) {
  connect({2, 3});
  id = state->seal->seal(2, 1, 0);
  others[2].replies.push_back(absent(2, 0, {3}));
  others[3].replies.push_back(absent(3, 2));
  question();
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(answers[0].kind == outcome_kind::protocol_error);
  CAF_CHECK_EQUAL(others[2].questions + others[3].questions, 2u);
}

CAF_TEST(while_the_node_that_may_have_it_is_not_there_the_client_is_to_try_again) {
  connect({2});
  auto table = std::make_shared<node_table>(*state->nodes);
  table->lost.insert(9);
  state->nodes = table;
  id = state->seal->seal(9, 1, 0);
  question();
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK_EQUAL(answers[0].status, 503u);
  CAF_CHECK(answers[0].retry);
}

CAF_TEST(a_client_of_the_draining_node_finds_a_task_that_has_moved) {
  create();
  finish_slow(0, tool_result::text("done"));
  moved();
  others[2].replies.push_back({R"({"jsonrpc":"2.0","id":1,"result":{}})"});
  question();
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(answers[0].kind == outcome_kind::ok);
}

CAF_TEST_FIXTURE_SCOPE_END()
