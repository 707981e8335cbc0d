// Calls that run for a while: side by side, moved to a stream, asking the client, and every way to end.

#define CAF_SUITE call_endings

#include "call_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(call_endings_tests, call_fixture)

CAF_TEST(calls_of_one_session_run_side_by_side) {
  const auto session = ready();
  post(session, call_of("slow", "1"));
  post(session, call_of("slow", "2"));
  post(session, call_of("echo", "3"));
  CAF_CHECK_EQUAL(last_reply().at("id").as_int64(), 3);
  CAF_REQUIRE_EQUAL(slow->waiting.size(), 2u);
  slow->waiting[1].deliver(outcome{tool_result::text("second")});
  run();
  CAF_CHECK_EQUAL(reply_body(1).at("id").as_int64(), 2);
  slow->waiting[0].deliver(outcome{tool_result::text("first")});
  run();
  CAF_CHECK_EQUAL(reply_body(2).at("id").as_int64(), 1);
}

CAF_TEST(an_id_in_use_is_refused) {
  const auto session = ready();
  post(session, call_of("slow", "1"));
  post(session, call_of("slow", "1"));
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32600);
  CAF_CHECK_EQUAL(slow->calls.size(), 1u);
}

CAF_TEST(calls_are_limited_per_session_and_per_node) {
  options->max_calls_in_flight = 3;
  const auto session = ready();
  for (const auto* id : {"1", "2", "3"})
    post(session, call_of("slow", id));
  post(session, call_of("slow", "4"));
  CAF_CHECK_EQUAL(log->replies.at(0).status, 429);
  CAF_CHECK_EQUAL(log->replies[0].retry_after_seconds, 1);
  CAF_CHECK(log->replies[0].body.find("calls_per_session") != std::string::npos);
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32603);
  const auto other = ready();
  post(other, call_of("slow", "1"));
  post(other, call_of("slow", "2"));
  CAF_CHECK_EQUAL(log->replies.at(0).status, 503);
  CAF_CHECK(log->replies[0].body.find("\\\"calls\\\"") != std::string::npos);
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32603);
  slow->waiting[0].deliver(outcome{tool_result::text("room")});
  run();
  post(other, call_of("slow", "2"));
  CAF_CHECK_EQUAL(slow->calls.size(), 5u);
}

CAF_TEST(a_cancelled_call_is_told_and_not_answered) {
  const auto session = ready();
  post(session, call_of("slow", "5"));
  notice(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
                  R"("params":{"requestId":5,"reason":"enough"}})");
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  CAF_CHECK_EQUAL(log->replies[0].status, 202);
  CAF_CHECK(log->replies[0].body.empty());
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
  slow->waiting[0].deliver(outcome{tool_result::text("too late")});
  run();
  CAF_CHECK_EQUAL(log->replies.size(), 1u);
  CAF_CHECK(observer.outcomes.back() == outcome_kind::cancelled);
}

CAF_TEST(a_call_that_takes_too_long_is_given_up) {
  options->stream_after = 1h;
  const auto session = ready();
  post(session, call_of("slow"));
  pass(options->call_timeout + 100ms);
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_CHECK(last_reply().at("result").at("isError").as_bool());
  CAF_CHECK(observer.outcomes.back() == outcome_kind::timed_out);
}

CAF_TEST(a_slow_call_moves_to_a_stream_and_its_result_survives_a_lost_connection) {
  const auto session = ready();
  const auto exchange = post(session, call_of("slow"));
  pass(options->stream_after + 100ms);
  CAF_REQUIRE_EQUAL(log->lines.size(), 2u);
  CAF_CHECK(log->lines[1].starts_with("eventid: 2-1 retry:"));
  lose(session, exchange);
  slow->waiting.at(0).deliver(outcome{tool_result::text("late")});
  run();
  clear();
  get(session, protocol::event_id{2, 1});
  CAF_REQUIRE_EQUAL(log->lines.size(), 3u);
  CAF_CHECK(log->lines[1].find("late") != std::string::npos);
  CAF_CHECK_EQUAL(log->lines[2], "end");
}

CAF_TEST(a_resumed_call_delivers_its_result_when_it_comes) {
  const auto session = ready();
  const auto exchange = post(session, call_of("slow"));
  pass(options->stream_after + 100ms);
  lose(session, exchange);
  clear();
  get(session, protocol::event_id{2, 1});
  CAF_CHECK_EQUAL(log->lines.size(), 1u);
  slow->waiting.at(0).deliver(outcome{tool_result::text("late")});
  run();
  CAF_REQUIRE_EQUAL(log->lines.size(), 3u);
  CAF_CHECK_EQUAL(log->lines[2], "end");
}

CAF_TEST(detaching_a_stream_ends_the_connection_and_keeps_the_call) {
  const auto session = ready();
  post(session, call_of("slow"));
  slow->calls.at(0).detach_stream();
  run();
  CAF_REQUIRE_EQUAL(log->lines.size(), 3u);
  CAF_CHECK_EQUAL(log->lines[2], "end");
  slow->waiting.at(0).deliver(outcome{tool_result::text("kept")});
  run();
  clear();
  get(session, protocol::event_id{2, 1});
  CAF_CHECK(log->lines.at(1).find("kept") != std::string::npos);
}

CAF_TEST(a_handler_whose_actor_dies_fails_its_calls_only) {
  const auto session = ready();
  post(session, call_of("slow"));
  const auto address = worker.address();
  caf::anon_send(session, handler_gone{address, "it crashed"});
  run();
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32603);
  CAF_CHECK(log->replies.at(0).body.find("crashed") == std::string::npos);
  clear();
  post(session, call_of("echo", "2"));
  CAF_CHECK(last_reply().as_object().contains("result"));
}

CAF_TEST(a_call_to_a_dead_actor_fails) {
  const auto session = ready();
  caf::anon_send_exit(worker, caf::exit_reason::kill);
  run();
  post(session, call_of("slow"));
  CAF_CHECK_EQUAL(last_reply().at("error").at("code").as_int64(), -32603);
}

CAF_TEST(a_tool_asks_the_client_and_is_called_again_with_the_answer) {
  for (const auto* tool : {"asks", "asks_inline"}) {
    const auto session = ready("2025-06-18");
    post(session, call_of(tool));
    CAF_REQUIRE_EQUAL(log->lines.size(), 2u);
    const auto question = boost::json::parse(log->lines[1].substr(log->lines[1].find('{')));
    CAF_CHECK_EQUAL(question.at("method").as_string(), "elicitation/create");
    clear();
    notice(session, R"({"jsonrpc":"2.0","id":)" + boost::json::serialize(question.at("id")) +
                        R"(,"result":{"action":"accept","content":{"name":"Ada"}}})");
    CAF_REQUIRE_EQUAL(log->lines.size(), 2u);
    CAF_CHECK(log->lines[0].find("Ada (asked once)") != std::string::npos);
    CAF_CHECK_EQUAL(log->lines[1], "end");
    CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
  }
}

CAF_TEST(a_client_that_cannot_be_asked_is_not_asked) {
  post(ready("2025-06-18", "{}"), call_of("asks"));
  CAF_CHECK(last_reply().at("result").at("isError").as_bool());
  CAF_CHECK(log->replies.at(0).body.find("elicitation") != std::string::npos);
}

CAF_TEST(a_clients_error_or_silence_fails_the_call) {
  const auto session = ready("2025-06-18");
  post(session, call_of("asks"));
  notice(session, R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no user here"}})");
  CAF_CHECK(log->lines.at(2).find("no user here") != std::string::npos);
  clear();
  post(session, call_of("asks", "2"));
  pass(options->client_answer_timeout + 100ms);
  CAF_CHECK(log->lines.at(2).find("notifications/cancelled") != std::string::npos);
  CAF_CHECK(log->lines.at(3).find("did not answer") != std::string::npos);
}

CAF_TEST(a_session_that_ends_cancels_its_calls_and_answers_their_posts) {
  const auto session = ready();
  post(session, call_of("slow"));
  caf::anon_send(session, session_deletion{transport, 99});
  run();
  CAF_CHECK(slow->calls.at(0).cancelled());
  CAF_REQUIRE_EQUAL(log->replies.size(), 2u);
  CAF_CHECK_EQUAL(log->replies[1].status, 404);
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
}

CAF_TEST(draining_waits_for_running_calls) {
  const auto session = ready();
  post(session, call_of("slow"));
  caf::anon_send(session, drain{});
  run();
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
  slow->waiting.at(0).deliver(outcome{tool_result::text("finished")});
  run();
  CAF_CHECK(log->replies.at(0).body.find("finished") != std::string::npos);
  CAF_CHECK(state->sessions.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
