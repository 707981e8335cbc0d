// A task from its creation to the end of its time: what clients are answered, what they may answer,
// and who is told of each change.

#define CAF_SUITE task

#include "task_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::literals;

CAF_TEST_FIXTURE_SCOPE(task_tests, task_fixture)

CAF_TEST(a_new_task_works_and_says_how_long_it_is_kept) {
  const auto& created = create();
  CAF_CHECK_EQUAL(created.at("resultType").as_string(), "task");
  CAF_CHECK_EQUAL(created.at("status").as_string(), "working");
  CAF_CHECK_EQUAL(created.at("ttlMs").as_int64(), 900'000);
  CAF_CHECK_EQUAL(created.at("pollIntervalMs").as_int64(), 1000);
  CAF_CHECK_EQUAL(created.at("createdAt").as_string(), protocol::to_timestamp(wall_ms));
  const auto& now = get();
  CAF_CHECK_EQUAL(now.at("resultType").as_string(), "complete");
  CAF_CHECK_EQUAL(now.at("status").as_string(), "working");
  CAF_CHECK(reply.kind == outcome_kind::ok);
  CAF_CHECK_EQUAL(used(limit::tasks), 1u);
}

CAF_TEST(a_task_keeps_the_result_of_its_handler) {
  create();
  wall_ms += 5000;
  finish_slow(0, tool_result::text("done"));
  const auto& now = get();
  CAF_CHECK_EQUAL(now.at("status").as_string(), "completed");
  CAF_CHECK_EQUAL(now.at("result").at("content").at(0).at("text").as_string(), "done");
  CAF_CHECK_EQUAL(now.at("createdAt").as_string(), protocol::to_timestamp(wall_ms - 5000));
  CAF_CHECK_EQUAL(now.at("lastUpdatedAt").as_string(), protocol::to_timestamp(wall_ms));
  CAF_CHECK_EQUAL(told(), "completed ");
}

CAF_TEST(a_tools_own_error_completes_its_task) {
  create();
  finish_slow(0, tool_result::error("no luck"));
  const auto& now = get();
  CAF_CHECK_EQUAL(now.at("status").as_string(), "completed");
  CAF_CHECK(now.at("result").at("isError").as_bool());
}

CAF_TEST(an_error_of_the_protocol_fails_its_task) {
  create();
  finish_slow(0, protocol::make_invalid_params("not so"));
  const auto& now = get();
  CAF_CHECK_EQUAL(now.at("status").as_string(), "failed");
  CAF_CHECK_EQUAL(now.at("error").at("code").as_int64(), -32602);
  CAF_CHECK_EQUAL(told(), "failed ");
}

CAF_TEST(a_cancelled_task_stays_cancelled) {
  create();
  CAF_CHECK_EQUAL(ask(protocol::method::tasks_cancel).at("result").at("resultType").as_string(),
                  "complete");
  run();
  CAF_CHECK_EQUAL(status(), "cancelled");
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
  finish_slow(0, tool_result::text("too late"));
  CAF_CHECK_EQUAL(status(), "cancelled");
  CAF_CHECK_EQUAL(told(), "cancelled ");
  CAF_CHECK(ask(protocol::method::tasks_cancel).as_object().contains("result"));
  CAF_CHECK_EQUAL(told(), "");
}

CAF_TEST(a_finished_task_cannot_be_cancelled) {
  create();
  finish_slow(0, tool_result::text("done"));
  ask(protocol::method::tasks_cancel);
  CAF_CHECK_EQUAL(status(), "completed");
}

CAF_TEST(a_task_whose_handler_is_gone_fails) {
  create();
  caf::anon_send(task, handler_gone{transport.address(), "not this one"});
  run();
  CAF_CHECK_EQUAL(status(), "working");
  caf::anon_send(task, handler_gone{worker.address(), "it died"});
  run();
  CAF_CHECK_EQUAL(status(), "failed");
  CAF_CHECK_EQUAL(get().at("error").at("code").as_int64(), -32603);
}

CAF_TEST(a_handler_in_a_task_cannot_wish_for_another) {
  create();
  finish_slow(0, continue_as_task{});
  CAF_CHECK_EQUAL(status(), "failed");
}

CAF_TEST(the_message_of_progress_is_the_tasks_message) {
  create(with_tasks, R"(,"progressToken":"p")");
  slow->calls.at(0).progress(1, 2, "half");
  run();
  CAF_CHECK_EQUAL(get().at("statusMessage").as_string(), "half");
  CAF_CHECK_EQUAL(told(), "working ");
  finish_slow(0, tool_result::text("done"));
  CAF_CHECK(!get().as_object().contains("statusMessage"));
  slow->calls.at(0).progress(2, 2, "late");
  run();
  CAF_CHECK(!get().as_object().contains("statusMessage"));
}

// -- the end --------------------------------------------------------------------------------------

CAF_TEST(a_task_is_gone_when_its_time_is_over) {
  create();
  finish_slow(0, tool_result::text("done"));
  pass(options->task_ttl - 1s);
  CAF_CHECK_EQUAL(status(), "completed");
  pass(2s);
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);
  const auto params = R"("taskId":")" + std::string{id->view()} + '"';
  CAF_CHECK_EQUAL(error_of(modern("tasks/get", params, with_tasks)), -32602);
}

CAF_TEST(work_that_outlives_its_task_is_cancelled) {
  create();
  pass(options->task_ttl + 1s);
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);
  finish_slow(0, tool_result::text("too late"));
  CAF_CHECK_EQUAL(told(), "");
}

CAF_TEST(a_drain_waits_for_work_and_ends_everything_else) {
  create();
  caf::anon_send(task, drain{});
  run();
  CAF_CHECK_EQUAL(status(), "working");
  finish_slow(0, tool_result::text("done"));
  CAF_CHECK_EQUAL(told(), "completed ");
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);

  create();
  finish_slow(1, input_required{{{"a", form("x")}}, ""});
  caf::anon_send(task, drain{});
  run();
  CAF_CHECK(state->tasks.empty());

  create();
  finish_slow(2, tool_result::text("done"));
  caf::anon_send(task, drain{});
  run();
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);
}

CAF_TEST(a_task_that_asks_during_a_drain_ends) {
  create();
  caf::anon_send(task, drain{});
  run();
  finish_slow(0, input_required{{{"a", form("x")}}, ""});
  CAF_CHECK(state->tasks.empty());
  CAF_CHECK_EQUAL(used(limit::tasks), 0u);
}

CAF_TEST(every_shard_is_told_of_a_change) {
  const auto elsewhere = std::make_shared<std::vector<task_changed>>();
  const auto other = sys.spawn(run_shard, elsewhere);
  state->shards.push_back(other);
  create();
  finish_slow(0, tool_result::text("done"));
  CAF_CHECK_EQUAL(told(), "completed ");
  CAF_REQUIRE_EQUAL(elsewhere->size(), 1u);
  CAF_CHECK(elsewhere->at(0).members.find(R"("result":)") != std::string::npos);
  caf::anon_send_exit(other, caf::exit_reason::user_shutdown);
}

CAF_TEST_FIXTURE_SCOPE_END()
