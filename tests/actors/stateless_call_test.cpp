// A modern call from its slot to its answer, or to the moment its client has gone; whatever the end,
// the slot is given back.

#define CAF_SUITE stateless_call

#include "modern_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct fixture : modern_fixture {
  fixture() {
    handler_set set;
    const auto wishes = [](const call& c) -> outcome {
      if (!c.in_task())
        return continue_as_task{"noted"};
      return tool_result::text("went on: " + std::string{c.state()});
    };
    const tool_options when_returned{.tasks = task_support::optional,
                                     .start = task_start::returned};
    set.add(protocol::tool{"wishes"}.with_description("d"), handler{wishes}, when_returned);
    set.add(protocol::tool{"wishes_in_vain"}.with_description("d"), handler{wishes});
    set.add(protocol::tool{"always_wishes"}.with_description("d"),
            handler{[](const call&) -> outcome { return continue_as_task{}; }}, when_returned);
    set.add(protocol::tool{"slow_task"}.with_description("d"), handler{worker},
            tool_options{.tasks = task_support::optional});
    set.add(protocol::tool{"down"}.with_description("d"),
            handler::supervised([](caf::actor_system&) { return caf::actor{}; }));
    CAF_REQUIRE(set.errors().empty());
    offer(set);
  }

  ~fixture() override { CAF_CHECK_EQUAL(observer.calls, carrier->call ? 1 : 0); }

  /// Nothing of the call is left but its outcome.
  void check_over(outcome_kind kind) {
    CAF_CHECK(!carrier->call);
    CAF_CHECK_EQUAL(used(limit::calls), 0u);
    CAF_CHECK_EQUAL(used(limit::tasks), 0u);
    CAF_CHECK_EQUAL(observer.calls, 0);
    CAF_REQUIRE_EQUAL(observer.outcomes.size(), 1u);
    CAF_CHECK(observer.outcomes.back() == kind);
  }

  /// All slots of this thread are taken by others.
  void exhaust(limit what) {
    while (state->limits.try_acquire(what))
      ;
  }

  std::string text_of_answer() {
    return std::string{carried().at("result").at("content").at(0).at("text").as_string()};
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(stateless_call_tests, fixture)

// -- answers --------------------------------------------------------------------------------------

CAF_TEST(a_function_on_the_pool_answers) {
  carry(modern_call("pooled"));
  CAF_CHECK_EQUAL(text_of_answer(), "from the pool");
  CAF_CHECK_EQUAL(last.status, 200);
  check_over(outcome_kind::ok);
}

CAF_TEST(a_function_on_the_pool_tells_by_message) {
  carry(modern_call("progress_pooled", "{}", R"("arguments":{})", R"(,"progressToken":1)"));
  CAF_CHECK_EQUAL(carrier->events.size(), 2u);
  CAF_CHECK_EQUAL(text_of_answer(), "ok");
}

CAF_TEST(an_actor_answers_when_it_likes) {
  carry(modern_call("slow"));
  CAF_CHECK(carrier->answers.empty());
  CAF_CHECK_EQUAL(used(limit::calls), 1u);
  CAF_CHECK_EQUAL(observer.calls, 1);
  finish_slow(0, tool_result::text("late"));
  CAF_CHECK_EQUAL(text_of_answer(), "late");
  check_over(outcome_kind::ok);
  CAF_CHECK(!slow->calls[0].cancelled());
}

CAF_TEST(a_result_that_is_an_error_counts_as_one) {
  carry(modern_call("slow"));
  finish_slow(0, tool_result::error("no"));
  CAF_CHECK(carried().at("result").at("isError").as_bool());
  check_over(outcome_kind::tool_error);
}

CAF_TEST(an_error_of_the_handler_is_the_answer) {
  carry(modern_call("slow"));
  finish_slow(0, protocol::make_invalid_params("not so"));
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32602);
  CAF_CHECK_EQUAL(last.status, 200);
  check_over(outcome_kind::protocol_error);
}

CAF_TEST(a_function_that_throws_is_an_incident) {
  carry(modern_call("throws_pooled"));
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32603);
  CAF_CHECK(last.json.find("secret") == std::string::npos);
  check_over(outcome_kind::internal_error);
}

CAF_TEST(a_question_ends_the_call_and_holds_nothing) {
  carry(modern_call("asks", with_forms));
  CAF_CHECK_EQUAL(carried().at("result").at("resultType").as_string(), "input_required");
  check_over(outcome_kind::ok);
}

CAF_TEST(an_actor_that_is_down_cannot_be_asked) {
  carry(modern_call("down"));
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32603);
  check_over(outcome_kind::internal_error);
}

CAF_TEST(an_actor_that_fails_is_an_incident) {
  carry(modern_call("slow"));
  slow->waiting.at(0).deliver(caf::make_error(caf::sec::runtime_error));
  run();
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32603);
  check_over(outcome_kind::internal_error);
}

// -- other ends -----------------------------------------------------------------------------------

CAF_TEST(a_call_without_an_answer_in_time_is_given_up) {
  carry(modern_call("slow"));
  CAF_CHECK(carrier->call->deadline() == start + options->call_timeout);
  time_out();
  CAF_CHECK(carried().at("result").at("isError").as_bool());
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
  check_over(outcome_kind::timed_out);
  finish_slow(0, tool_result::text("too late"));
  CAF_CHECK_EQUAL(carrier->answers.size(), 1u);
}

CAF_TEST(what_is_no_tool_times_out_with_an_error) {
  handler_set set;
  set.add(protocol::prompt{"slow_prompt"}.with_description("d"), handler{worker});
  offer(set);
  carry(modern("prompts/get", R"("name":"slow_prompt")"));
  time_out();
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32603);
  check_over(outcome_kind::timed_out);
}

CAF_TEST(a_call_whose_client_has_gone_is_cancelled_and_never_answered) {
  carry(modern_call("slow"));
  lose_client();
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
  check_over(outcome_kind::cancelled);
  finish_slow(0, tool_result::text("too late"));
  CAF_CHECK(carrier->answers.empty());
}

CAF_TEST(a_function_whose_client_has_gone_answers_nobody) {
  handler_set set;
  bool called = false;
  add(set, "counts", execution::pool, [&called](const call&) -> outcome {
    called = true;
    return tool_result::text("?");
  });
  offer(set);
  carry(modern_call("counts"), false);
  lose_client();
  CAF_CHECK(!called); // it had not begun yet
  CAF_CHECK(carrier->answers.empty());
  check_over(outcome_kind::cancelled);
}

CAF_TEST(the_calls_of_a_handler_that_is_gone_fail) {
  carry(modern_call("slow"));
  caf::anon_send(carrier_handle, handler_gone{transport.address(), "not this one"});
  run();
  CAF_CHECK(carrier->answers.empty());
  caf::anon_send(carrier_handle, handler_gone{worker.address(), "it died"});
  run();
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32603);
  CAF_CHECK(slow->calls.at(0).cancelled());
  check_over(outcome_kind::internal_error);
}

// -- limits ---------------------------------------------------------------------------------------

CAF_TEST(at_the_limit_the_registry_is_asked_and_then_refused) {
  exhaust(limit::calls);
  carry(modern_call("slow"));
  CAF_CHECK(carrier->answers.empty());
  CAF_CHECK(slow->calls.empty());
  answer_leases();
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32603);
  CAF_CHECK_EQUAL(last.status, 503);
  CAF_CHECK(last.retry);
  CAF_CHECK(last.json.find("\\\"calls\\\"") != std::string::npos);
  CAF_CHECK_EQUAL(lines_of(observer.refused), "calls\n");
  CAF_CHECK(observer.outcomes.back() == outcome_kind::refused);
  CAF_CHECK_EQUAL(used(limit::calls), 4u);
  CAF_CHECK_EQUAL(observer.calls, 0);
}

CAF_TEST(a_slot_that_comes_later_starts_the_call) {
  exhaust(limit::calls);
  carry(modern_call("slow"));
  state->limits.granted(limit::calls, 1);
  run();
  CAF_REQUIRE_EQUAL(slow->calls.size(), 1u);
  CAF_CHECK_EQUAL(used(limit::calls), 5u);
  finish_slow(0, tool_result::text("at last"));
  CAF_CHECK_EQUAL(text_of_answer(), "at last");
  CAF_CHECK_EQUAL(used(limit::calls), 4u);
}

CAF_TEST(a_slot_for_a_client_that_has_gone_is_given_back) {
  exhaust(limit::calls);
  carry(modern_call("slow"));
  lose_client();
  CAF_CHECK_EQUAL(used(limit::calls), 4u);
  state->limits.granted(limit::calls, 1);
  run();
  CAF_CHECK(slow->calls.empty());
  CAF_CHECK_EQUAL(used(limit::calls), 4u);
}

// -- tasks ----------------------------------------------------------------------------------------

CAF_TEST(a_call_that_is_a_task_from_the_start_is_answered_before_its_handler) {
  carry(modern_call("slow_task", with_tasks));
  const auto& result = carried().at("result");
  CAF_CHECK_EQUAL(result.at("resultType").as_string(), "task");
  CAF_CHECK_EQUAL(result.at("status").as_string(), "working");
  CAF_CHECK_EQUAL(slow->calls.size(), 1u);
  CAF_CHECK(slow->calls.at(0).in_task());
  CAF_CHECK_EQUAL(used(limit::calls), 0u);
  CAF_CHECK_EQUAL(used(limit::tasks), 1u);
  CAF_CHECK_EQUAL(state->tasks.size(), 1u);
  CAF_CHECK(observer.outcomes.back() == outcome_kind::ok);
}

CAF_TEST(there_are_no_more_tasks_than_the_limit_allows) {
  exhaust(limit::tasks);
  carry(modern_call("slow_task", with_tasks));
  answer_leases();
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32603);
  CAF_CHECK_EQUAL(last.status, 503);
  CAF_CHECK_EQUAL(lines_of(observer.refused), "tasks\n");
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK_EQUAL(used(limit::calls), 0u);
}

CAF_TEST(a_handler_may_make_its_call_a_task) {
  carry(modern_call("wishes", with_tasks));
  CAF_CHECK_EQUAL(carried().at("result").at("resultType").as_string(), "task");
  CAF_CHECK_EQUAL(used(limit::calls), 0u);
  CAF_CHECK_EQUAL(used(limit::tasks), 1u);
  CAF_CHECK_EQUAL(observer.calls, 0);
}

CAF_TEST(a_client_without_tasks_waits_for_the_second_call) {
  carry(modern_call("wishes"));
  CAF_CHECK_EQUAL(text_of_answer(), "went on: noted");
  check_over(outcome_kind::ok);
}

CAF_TEST(a_tool_that_forbids_tasks_waits_too) {
  carry(modern_call("wishes_in_vain", with_tasks));
  CAF_CHECK_EQUAL(carried().at("result").at("resultType").as_string(), "complete");
  check_over(outcome_kind::ok);
  CAF_CHECK(state->tasks.empty());
}

CAF_TEST(a_handler_that_wishes_for_ever_is_stopped) {
  carry(modern_call("always_wishes"));
  CAF_CHECK_EQUAL(carried().at("error").at("code").as_int64(), -32603);
  check_over(outcome_kind::internal_error);
}

CAF_TEST(a_wish_at_the_limit_of_tasks_is_refused_and_frees_its_call) {
  exhaust(limit::tasks);
  carry(modern_call("wishes", with_tasks));
  CAF_CHECK_EQUAL(used(limit::calls), 0u);
  CAF_CHECK(carrier->answers.empty());
  answer_leases();
  carried();
  CAF_CHECK_EQUAL(last.status, 503);
  CAF_CHECK_EQUAL(lines_of(observer.refused), "tasks\n");
  CAF_CHECK_EQUAL(observer.calls, 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
