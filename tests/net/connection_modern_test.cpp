// Requests of the modern era over one connection, which is the caller itself: answers, event streams,
// subscriptions, and what becomes of a call whose client goes away.

#define CAF_SUITE connection_modern

#include "tests/net/modern_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

CAF_TEST_FIXTURE_SCOPE(connection_modern_tests, modern_connection_fixture)

// -- calls ----------------------------------------------------------------------------------------

CAF_TEST(both_eras_are_served_on_one_connection) {
  auto client = connect();
  const auto list = exchange(client, modern_post("tools/list", "", modern("tools/list")));
  CAF_CHECK(list.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(contains(list, R"("resultType":"complete")"));
  CAF_CHECK(!contains(list, "Mcp-Session-Id"));
  exchange(client, post(ping));
  CAF_REQUIRE_EQUAL(log->posts.size(), 1u);
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.receive(), pong));
  exchange(client, call_post("slow"));
  finish("again modern");
  CAF_CHECK(contains(client.receive(), "again modern"));
  CAF_CHECK(!client.ended);
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(a_call_without_events_is_answered_with_json) {
  auto client = connect();
  CAF_CHECK_EQUAL(exchange(client, call_post("slow")), "");
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 1u);
  finish("done");
  const auto answer = client.receive();
  CAF_CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(contains(answer, "Content-Type: application/json\r\n"));
  CAF_CHECK(contains(answer, "done"));
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
}

CAF_TEST(the_first_event_turns_the_answer_into_a_stream) {
  auto client = connect();
  exchange(client, call_post("slow"));
  tell_progress(1);
  const auto begun = client.receive();
  CAF_CHECK(begun.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(contains(begun, "Content-Type: text/event-stream\r\n"));
  CAF_CHECK(contains(begun, "notifications/progress"));
  tell_progress(2);
  CAF_CHECK(contains(client.receive(), R"("progress":2)"));
  finish("done");
  const auto end = client.receive();
  CAF_CHECK(contains(end, "done"));
  CAF_CHECK(end.ends_with("\n\n\r\n0\r\n\r\n"));
  CAF_CHECK(!contains(end, "HTTP/1.1"));
  CAF_CHECK_EQUAL(observer.statuses, std::vector<int>{200});
  CAF_CHECK_EQUAL(seen.sent, 2u);
  CAF_CHECK(exchange(client, modern_post("tools/list", "", modern("tools/list")))
                .starts_with("HTTP/1.1 200 OK\r\n"));
}

CAF_TEST(what_an_inline_handler_tells_comes_before_its_answer) {
  auto client = connect();
  const auto all = exchange(client, call_post("quick"));
  CAF_CHECK(contains(all, "text/event-stream"));
  const auto event = all.find("notifications/progress");
  CAF_CHECK(event < all.find("\"text\":\"quick\""));
  CAF_CHECK(all.ends_with("0\r\n\r\n"));
}

CAF_TEST(a_call_that_takes_long_becomes_a_stream_that_shows_life) {
  auto client = connect();
  exchange(client, call_post("slow"));
  advance(4900ms);
  CAF_CHECK_EQUAL(client.receive(), "");
  advance(200ms);
  CAF_CHECK(client.receive().ends_with("\r\n\r\n"));
  advance(14800ms);
  CAF_CHECK_EQUAL(client.receive(), "");
  advance(200ms);
  CAF_CHECK_EQUAL(client.receive(), "3\r\n:\n\n\r\n");
  finish("done");
  CAF_CHECK(contains(client.receive(), "done"));
}

CAF_TEST(a_call_that_takes_too_long_is_answered_on_its_stream) {
  auto client = connect();
  exchange(client, call_post("slow"));
  advance(state->options->call_timeout + 100ms);
  const auto all = client.receive();
  CAF_CHECK_EQUAL(count(all, ":\n\n"), 19u);
  CAF_CHECK(contains(all, R"("isError":true)"));
  CAF_CHECK(all.ends_with("0\r\n\r\n"));
  CAF_CHECK(running().cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
}

CAF_TEST(a_client_that_wants_no_stream_gets_none) {
  auto client = connect();
  exchange(client, call_post("slow", "application/json"));
  tell_progress(1);
  advance(20s);
  CAF_CHECK_EQUAL(client.receive(), "");
  CAF_CHECK_EQUAL(seen.dropped, 1u);
  finish("done");
  CAF_CHECK(contains(client.receive(), "Content-Type: application/json\r\n"));
}

CAF_TEST(without_a_slot_the_client_is_told_to_come_again) {
  CAF_REQUIRE(state->limits.try_acquire(limit::calls));
  CAF_REQUIRE(state->limits.try_acquire(limit::calls));
  auto client = connect();
  CAF_CHECK_EQUAL(exchange(client, call_post("slow")), "");
  while (!asked.empty())
    for (const auto what : std::exchange(asked, {}))
      state->limits.granted(what, 0);
  settle();
  const auto refused = client.receive();
  CAF_CHECK(refused.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CAF_CHECK(contains(refused, "Retry-After: 5\r\n"));
  CAF_CHECK(slow->calls.empty());
  state->limits.release(limit::calls);
  state->limits.release(limit::calls);
}

CAF_TEST(a_client_that_leaves_has_cancelled) {
  auto client = connect();
  exchange(client, call_post("slow"));
  client.close();
  settle();
  CAF_CHECK(running().cancelled());
  CAF_CHECK_EQUAL(slow->cancellations, 1);
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
  CAF_CHECK(seen.outcomes == std::vector{outcome_kind::cancelled});
  CAF_CHECK(observer.closed == std::vector{connection_end::client_lost});
  finish("too late");
}

CAF_TEST(a_client_that_says_it_sends_no_more_has_cancelled) {
  auto client = connect();
  exchange(client, call_post("slow"));
  client.half_close();
  settle();
  CAF_CHECK(running().cancelled());
  CAF_CHECK(observer.closed == std::vector{connection_end::client_lost});
}

CAF_TEST(a_client_that_leaves_a_stream_has_cancelled_too) {
  auto client = connect();
  exchange(client, call_post("slow"));
  tell_progress(1);
  client.close();
  settle();
  CAF_CHECK(running().cancelled());
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
  CAF_CHECK(observer.closed == std::vector{connection_end::client_lost});
}

CAF_TEST(a_second_request_waits_for_the_first) {
  auto client = connect();
  exchange(client, call_post("slow") + modern_post("tools/list", "", modern("tools/list")));
  CAF_CHECK_EQUAL(client.receive(), "");
  tell_progress(1);
  CAF_CHECK_EQUAL(count(client.receive(), "HTTP/1.1"), 1u);
  exchange(client, post(ping));
  CAF_CHECK(log->posts.empty());
  finish("first");
  const auto rest = client.receive();
  CAF_CHECK(rest.find("first") < rest.find("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(contains(rest, R"("tools":[)"));
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(what_a_handler_tells_after_its_answer_disturbs_no_later_request) {
  auto client = connect();
  exchange(client, call_post("slow"));
  finish("done");
  client.receive();
  const auto next = modern_post("tools/list", "", modern("tools/list"));
  exchange(client, std::string_view{next}.substr(0, 40));
  tell_progress(1);
  CAF_CHECK_EQUAL(client.receive(), "");
  CAF_CHECK(exchange(client, std::string_view{next}.substr(40)).starts_with("HTTP/1.1 200 OK\r\n"));
}

CAF_TEST(an_inline_handler_that_tells_more_than_its_client_takes_is_cut_off) {
  options->max_output_bytes = 1024 * 1024;
  auto client = connect();
  client.send(call_post("much"));
  settle();
  CAF_CHECK(observer.closed == std::vector{connection_end::slow_consumer});
  CAF_CHECK_EQUAL(observer.statuses, std::vector<int>{200});
  CAF_CHECK(!contains(client.receive(), R"("text":"much")"));
  CAF_CHECK(client.ended);
}

// -- tasks ----------------------------------------------------------------------------------------

CAF_TEST(a_task_of_another_thread_answers_through_its_shard) {
  const auto elsewhere = sys.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](const task_request& asked) {
      return task_reply{R"({"jsonrpc":"2.0","id":)" + asked.id.to_json() + R"(,"result":"it"})"};
    }};
  });
  state->count = 2;
  state->shards = {caf::actor{}, elsewhere};
  const std::string id{protocol::make_session_id(2, 1).view()};
  const auto question =
      modern_post("tasks/get", id, modern("tasks/get", R"("taskId":")" + id + '"', with_tasks));
  auto client = connect();
  const auto answer = exchange(client, question);
  CAF_CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(answer.ends_with(R"({"jsonrpc":"2.0","id":1,"result":"it"})"));
  // A shard or a task that ends before it answers knows no such task.
  caf::anon_send_exit(elsewhere, caf::exit_reason::kill);
  settle();
  CAF_CHECK(contains(exchange(client, question), R"("code":-32602)"));
  CAF_CHECK(!client.ended);
  CAF_CHECK(seen.outcomes == std::vector({outcome_kind::ok, outcome_kind::protocol_error}));
}

// -- refusals -------------------------------------------------------------------------------------

CAF_TEST(the_modern_era_has_nothing_but_post) {
  auto client = connect();
  for (const auto* method : {"GET", "DELETE"}) {
    const auto refused = exchange(
        client,
        request(method, "Accept: text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n" +
                            session_header()));
    CAF_CHECK(refused.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
    CAF_CHECK(contains(refused, "Allow: POST\r\n"));
    CAF_CHECK(!contains(refused, "\"id\""));
  }
  CAF_CHECK(log->streams.empty());
  CAF_CHECK(log->deletions.empty());
}

CAF_TEST(an_error_without_a_known_id_has_no_id) {
  auto client = connect();
  for (const auto* body : {"{", "[]", R"([{"jsonrpc":"2.0","id":1,"method":"tools/list"}])",
                           R"({"jsonrpc":"2.0","id":1,"result":{}})"}) {
    const auto refused = exchange(client, modern_post("tools/list", "", body));
    CAF_CHECK(refused.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CAF_CHECK(contains(refused, R"("error":{)"));
    CAF_CHECK(!contains(refused, "\"id\""));
  }
  CAF_CHECK(contains(exchange(client, post("{")), R"("id":null)"));
}

CAF_TEST(a_modern_notice_is_accepted_and_goes_nowhere) {
  auto client = connect();
  const auto accepted = exchange(
      client, modern_post("notifications/cancelled", "",
                          R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{}})"));
  CAF_CHECK(accepted.starts_with("HTTP/1.1 202 Accepted\r\n"));
  CAF_CHECK(log->notices.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
