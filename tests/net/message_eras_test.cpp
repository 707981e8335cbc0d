// Requests of the modern era on a message connection: many at a time, cancelled by notification, and
// beside a session.

#define CAF_SUITE message_eras

#include "tests/net/message_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

CAF_TEST_FIXTURE_SCOPE(message_eras_tests, message_fixture)

CAF_TEST(a_client_may_probe_and_then_initialize) {
  auto client = open();
  CAF_CHECK(contains(only(client.say(modern("server/discover"))), "supportedVersions"));
  CAF_CHECK(contains(only(client.say(initialize())), "serverInfo"));
  client.say(initialized);
  CAF_CHECK(contains(only(client.say(legacy("tools/list"))), "quick"));
  CAF_CHECK(contains(only(client.say(modern("tools/list"))), R"("resultType":"complete")"));
}

CAF_TEST(a_method_that_only_one_era_has_is_refused_in_the_other) {
  auto client = open_session();
  CAF_CHECK(contains(only(client.say(legacy("server/discover"))), "-32601"));
  CAF_CHECK(contains(only(client.say(modern("ping"))), "-32601"));
  auto other = open();
  CAF_CHECK(contains(only(other.say(legacy("server/discover"))), "-32000"));
}

CAF_TEST(many_calls_are_answered_as_they_end) {
  auto client = open();
  for (const auto* id : {"1", "\"two\"", "3"})
    CAF_CHECK_EQUAL(client.say(slow_call(id)).size(), 0u);
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 2u);
  state->limits.granted(limit::calls, 1);
  settle();
  CAF_REQUIRE_EQUAL(slow->waiting.size(), 3u);
  finish_call(1, "second");
  CAF_CHECK(contains(only(client.take()), R"("id":"two")"));
  finish_call(2, "third");
  CAF_CHECK(contains(only(client.take()), R"("id":3)"));
  finish_call(0, "first");
  CAF_CHECK(contains(only(client.take()), R"("id":1)"));
}

CAF_TEST(a_cancellation_ends_the_call_that_it_names_and_no_other) {
  auto client = open();
  client.say(slow_call("1"));
  client.say(slow_call("\"1\""));
  CAF_REQUIRE_EQUAL(slow->calls.size(), 2u);
  CAF_CHECK_EQUAL(client.say(cancellation("\"1\"")).size(), 0u);
  CAF_CHECK(!slow->calls[0].cancelled());
  CAF_CHECK(slow->calls[1].cancelled());
  slow->calls[1].progress(1);
  finish_call(1, "too late");
  CAF_CHECK_EQUAL(client.take().size(), 0u);
  client.say(cancellation("17"));
  finish_call(0, "done");
  CAF_CHECK(contains(only(client.take()), "done"));
}

CAF_TEST(a_modern_cancellation_is_one_too) {
  auto client = open();
  client.say(slow_call("4"));
  client.say(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4,"_meta":)"
      R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
  CAF_CHECK(running().cancelled());
}

CAF_TEST(beside_a_session_each_era_cancels_its_own) {
  auto client = open_session();
  client.say(legacy("tools/call", "9", R"({"name":"slow","arguments":{}})"));
  client.say(slow_call("10"));
  CAF_REQUIRE_EQUAL(slow->calls.size(), 2u);
  client.say(cancellation("9"));
  CAF_CHECK(slow->calls[0].cancelled());
  CAF_CHECK(!slow->calls[1].cancelled());
  client.say(cancellation("10"));
  CAF_CHECK(slow->calls[1].cancelled());
}

CAF_TEST(an_id_in_use_is_refused) {
  auto client = open();
  client.say(slow_call("1"));
  CAF_CHECK(contains(only(client.say(modern("tools/list"))), "-32600"));
  CAF_CHECK_EQUAL(client.say(listen("2", R"({"toolsListChanged":true})")).size(), 1u);
  CAF_CHECK(contains(only(client.say(slow_call("2"))), "-32600"));
}

CAF_TEST(progress_goes_out_before_the_answer) {
  auto client = open();
  client.say(slow_call("1"));
  tell_progress(1);
  CAF_CHECK(contains(only(client.take()), "notifications/progress"));
  const auto all =
      client.say(with_id("2", modern_call("quick", "{}", R"("arguments":{})", wants_progress)));
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK(contains(all[0], "notifications/progress"));
  CAF_CHECK(contains(all[1], R"("id":2)"));
}

CAF_TEST(the_limit_of_calls_is_that_of_sessions) {
  auto settings = std::make_shared<session_options>();
  settings->max_calls_in_flight = 1;
  settings->max_streams = 1;
  state->options = settings;
  auto client = open();
  client.say(slow_call("1"));
  CAF_CHECK(contains(only(client.say(slow_call("2"))), "calls_per_session"));
  CAF_CHECK_EQUAL(client.say(with_id("3", modern("tools/list"))).size(), 1u);
  client.say(listen("4", R"({"toolsListChanged":true})"));
  CAF_CHECK(contains(only(client.say(listen("5", "{}"))), "streams_per_session"));
  CAF_CHECK_EQUAL(seen.refused,
                  (std::vector<std::string>{"calls_per_session", "streams_per_session"}));
}

CAF_TEST(a_call_that_takes_too_long_is_answered) {
  auto client = open();
  client.say(slow_call("1"));
  advance(state->options->call_timeout / 2);
  client.say(slow_call("2"));
  advance(state->options->call_timeout / 2 + 100ms);
  CAF_CHECK(contains(only(client.take()), R"("id":1)"));
  advance(state->options->call_timeout / 2);
  CAF_CHECK(contains(only(client.take()), R"("id":2)"));
}

CAF_TEST(calls_of_a_handler_that_is_gone_fail) {
  auto client = open();
  client.say(slow_call("1"));
  client.say(slow_call("2"));
  caf::anon_send(connections.back(), handler_gone{worker.address(), "test"});
  settle();
  CAF_CHECK_EQUAL(client.take().size(), 2u);
}

CAF_TEST(a_lost_port_cancels_all_calls) {
  auto client = open();
  client.say(slow_call("1"));
  client.say(slow_call("2"));
  client.lose();
  CAF_CHECK(slow->calls[0].cancelled());
  CAF_CHECK(slow->calls[1].cancelled());
  CAF_CHECK_EQUAL(state->limits.used(limit::calls), 0u);
}

CAF_TEST(at_the_end_of_input_calls_finish_and_subscriptions_are_completed) {
  auto client = open();
  client.say(slow_call("1"));
  client.say(listen("2", R"({"toolsListChanged":true})"));
  client.end_input();
  CAF_CHECK(contains(only(client.take()), R"("id":2,"result":{)"));
  CAF_CHECK(!client.ended());
  finish_call(0, "done");
  CAF_CHECK(contains(only(client.take()), "done"));
  CAF_CHECK(client.ended());
}

CAF_TEST(a_drain_completes_subscriptions_and_refuses_what_is_new) {
  auto client = open();
  client.say(slow_call("1"));
  client.say(listen("2", R"({"toolsListChanged":true})"));
  caf::anon_send(connections.back(), drain{});
  settle();
  CAF_CHECK(contains(only(client.take()), R"("id":2,"result":{)"));
  CAF_CHECK(contains(only(client.say(slow_call("3"))), "shutting down"));
  CAF_CHECK(contains(only(client.say(initialize())), "shutting down"));
  finish_call(0, "done");
  CAF_CHECK(contains(only(client.take()), "done"));
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::drained});
}

// -- subscriptions --------------------------------------------------------------------------------

CAF_TEST(subscriptions_are_acknowledged_and_tagged_each_by_itself) {
  auto client = open();
  CAF_CHECK(contains(only(client.say(listen("1", R"({"toolsListChanged":true})"))),
                     "notifications/subscriptions/acknowledged"));
  client.say(listen("\"b\"", R"({"toolsListChanged":true})"));
  client.say(listen("3", R"({"promptsListChanged":true})"));
  publish_tools();
  const auto told = client.take();
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  CAF_CHECK(contains(told[0], R"("io.modelcontextprotocol/subscriptionId":1)"));
  CAF_CHECK(contains(told[1], R"("io.modelcontextprotocol/subscriptionId":"b")"));
  client.say(cancellation("1"));
  publish_tools();
  CAF_CHECK(contains(only(client.take()), R"("io.modelcontextprotocol/subscriptionId":"b")"));
}

CAF_TEST(a_listener_that_is_cut_off_takes_all_its_subscriptions_along) {
  auto client = open();
  auto other = open();
  client.say(listen("1", R"({"toolsListChanged":true})"));
  client.say(listen("2", R"({"toolsListChanged":true})"));
  other.say(listen("1", R"({"toolsListChanged":true})"));
  client.port().stuck = options->max_output_bytes + 1;
  publish_tools();
  CAF_CHECK(client.ended());
  CAF_CHECK_EQUAL(other.take().size(), 1u);
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::slow_consumer});
}

CAF_TEST_FIXTURE_SCOPE_END()
