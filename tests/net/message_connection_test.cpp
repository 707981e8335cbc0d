// Message connections: sessions on them, their life and their end. Requests of the modern era:
// message_eras_test.cpp.

#define CAF_SUITE message_connection

#include "tests/net/message_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;
using net::port_close;

CAF_TEST_FIXTURE_SCOPE(message_connection_tests, message_fixture)

// -- sessions -------------------------------------------------------------------------------------

CAF_TEST(an_initialize_opens_a_session_on_the_connection) {
  auto client = open_session();
  CAF_CHECK_EQUAL(state->sessions.size(), 2u);
  CAF_CHECK(contains(only(client.say(legacy("ping", "7"))), R"("id":7,"result":{})"));
  CAF_CHECK(contains(only(client.say(legacy("tools/list", "8"))), "quick"));
}

CAF_TEST(what_an_inline_handler_of_a_session_tells_comes_before_its_answer) {
  auto client = open_session();
  const auto all = client.say(legacy(
      "tools/call", "5", R"({"name":"quick","arguments":{},"_meta":{"progressToken":"p"}})"));
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK(contains(all[0], "notifications/progress"));
  CAF_CHECK(contains(all[1], R"("id":5)"));
}

CAF_TEST(requests_without_a_session_are_refused_and_the_rest_is_ignored) {
  auto client = open();
  CAF_CHECK(contains(only(client.say(legacy("tools/list", "\"a\""))), R"("id":"a")"));
  CAF_CHECK(contains(only(client.say(legacy("tools/list", "2"))), "-32000"));
  CAF_CHECK_EQUAL(client.say(initialized).size(), 0u);
  CAF_CHECK_EQUAL(client.say(R"({"jsonrpc":"2.0","id":3,"result":{}})").size(), 0u);
  CAF_CHECK_EQUAL(client.say("[" + std::string{initialized} + "]").size(), 0u);
  CAF_CHECK(contains(only(client.say("[" + legacy("ping") + "]")), "-32600"));
  CAF_CHECK(contains(only(client.say("{}")), "-32600"));
  CAF_CHECK(!client.ended());
}

CAF_TEST(what_is_no_json_is_answered_and_the_connection_goes_on) {
  auto client = open();
  const auto answer = only(client.say("{\"jsonrpc\":"));
  CAF_CHECK(contains(answer, R"("id":null)"));
  CAF_CHECK(contains(answer, "-32700"));
  CAF_CHECK_EQUAL(observer.failures, std::vector{net::parse_failure::json});
  CAF_CHECK(contains(only(client.say(initialize())), "serverInfo"));
}

CAF_TEST(a_refused_initialize_can_be_tried_again) {
  auto client = open();
  CAF_CHECK(contains(only(client.say(legacy("initialize", "1", "{}"))), "-32602"));
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
  CAF_CHECK(contains(only(client.say(initialize())), "serverInfo"));
  CAF_CHECK(contains(only(client.say(initialize())), "-32001"));
  CAF_CHECK(!client.ended());
}

CAF_TEST(what_comes_behind_a_refused_initialize_is_answered_too) {
  auto client = open();
  auto& port = client.port();
  port.user->activate([&] {
    port.user->on_message(legacy("initialize", "1", "{}"));
    CAF_CHECK(port.held);
  });
  const auto all = client.say(legacy("tools/list", "2"));
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK(contains(all[1], "-32000"));
}

CAF_TEST(input_waits_while_the_registry_is_asked_for_a_session) {
  no_slots_for_sessions();
  auto client = open();
  CAF_CHECK_EQUAL(client.say(initialize()).size(), 0u);
  CAF_CHECK(client.port().held);
  CAF_CHECK_EQUAL(client.say(initialized).size(), 0u);
  CAF_CHECK_EQUAL(client.say(legacy("ping")).size(), 0u);
  state->limits.granted(limit::sessions, 1);
  const auto all = client.take();
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK(contains(all[0], "serverInfo"));
  CAF_CHECK(contains(all[1], R"("id":1,"result":{})"));
}

CAF_TEST(over_the_limit_of_sessions_the_connection_goes_on) {
  no_slots_for_sessions();
  auto client = open();
  client.say(initialize());
  state->limits.granted(limit::sessions, 0); // for a request that was on its way
  state->limits.granted(limit::sessions, 0);
  CAF_CHECK(contains(only(client.take()), "limit of sessions"));
  CAF_CHECK_EQUAL(seen.refused, std::vector<std::string>{"sessions"});
  CAF_CHECK(contains(only(client.say(modern("tools/list"))), "quick"));
}

CAF_TEST(batches_are_answered_as_one_array_where_the_revision_has_them) {
  auto client = open_session("2025-03-26");
  const auto answer = only(client.say("[" + legacy("ping", "1") + "," + legacy("ping", "2") + "]"));
  CAF_CHECK(answer.starts_with("[{"));
  CAF_CHECK(contains(answer, R"("id":1)") && contains(answer, R"("id":2)"));
  auto other = open_session();
  CAF_CHECK(contains(only(other.say("[" + legacy("ping", "1") + "]")), "-32600"));
}

// -- the end --------------------------------------------------------------------------------------

CAF_TEST(at_the_end_of_input_an_idle_connection_ends) {
  auto client = open();
  client.end_input();
  CAF_CHECK(client.ended());
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::client_closed});
  CAF_CHECK_EQUAL(client.port().closes, std::vector{port_close::normal});
}

CAF_TEST(at_the_end_of_input_running_calls_are_answered) {
  auto client = open_session();
  client.say(legacy("tools/call", "9", R"({"name":"slow","arguments":{}})"));
  client.end_input();
  CAF_CHECK(!client.ended());
  finish_call(0, "after the end");
  CAF_CHECK(contains(only(client.take()), "after the end"));
  CAF_CHECK(client.ended());
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::client_closed});
}

CAF_TEST(a_lost_port_ends_the_session) {
  auto client = open_session();
  client.say(legacy("tools/call", "9", R"({"name":"slow","arguments":{}})"));
  client.lose();
  CAF_CHECK(client.ended());
  CAF_CHECK(running().cancelled());
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::client_lost});
}

CAF_TEST(a_session_that_ends_takes_the_connection_along) {
  auto client = open_session();
  advance(state->options->idle_timeout_with_stream + 100ms);
  CAF_CHECK(client.ended());
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::completed});
}

CAF_TEST(a_drain_lets_calls_finish) {
  auto client = open_session();
  client.say(legacy("tools/call", "9", R"({"name":"slow","arguments":{}})"));
  auto idle = open();
  state->draining = true;
  for (const auto& each : connections)
    caf::anon_send(each, drain{});
  for (const auto& [key, each] : state->sessions)
    if (each != session)
      caf::anon_send(each, drain{});
  settle();
  CAF_CHECK(idle.ended());
  CAF_CHECK(!client.ended());
  finish_call(0, "in time");
  CAF_CHECK(contains(only(client.take()), "in time"));
  CAF_CHECK(client.ended());
  CAF_CHECK_EQUAL(client.port().closes, std::vector{port_close::going_away});
  CAF_CHECK_EQUAL(observer.closed, (std::vector{connection_end::drained, connection_end::drained}));
}

CAF_TEST(a_killed_connection_gives_everything_back) {
  auto client = open_session();
  client.say(legacy("tools/call", "9", R"({"name":"slow","arguments":{}})"));
  caf::anon_send_exit(connections.back(), caf::exit_reason::kill);
  settle();
  CAF_CHECK(client.ended());
  CAF_CHECK(running().cancelled());
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
}

CAF_TEST(a_connection_that_says_nothing_ends_and_one_that_spoke_may_be_silent) {
  auto silent = open();
  auto spoke = open();
  auto own_process = open(transport_kind::stdio);
  spoke.say(modern("tools/list"));
  advance(state->options->initialize_timeout + 100ms);
  CAF_CHECK(silent.ended());
  CAF_CHECK(!spoke.ended());
  advance(state->options->idle_timeout_with_stream);
  CAF_CHECK(spoke.ended());
  CAF_CHECK(!own_process.ended());
  CAF_CHECK_EQUAL(observer.closed, (std::vector{connection_end::header_timeout,
                                                connection_end::keep_alive_timeout}));
}

CAF_TEST(the_port_gets_its_own_time) {
  auto client = open();
  client.say(modern("tools/list"));
  client.port().due = state->timers.now() + 1s;
  client.say(modern("tools/list"));
  advance(900ms);
  CAF_CHECK(!client.ended());
  advance(200ms);
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::write_timeout});
}

// -- a slow peer ----------------------------------------------------------------------------------

CAF_TEST(a_peer_that_does_not_take_its_answers_gets_nothing_more_done) {
  auto client = open();
  client.port().stuck = 100 * 1024;
  client.say(modern("tools/list"));
  CAF_CHECK(client.port().held);
  CAF_CHECK_EQUAL(client.say(with_id("2", modern("tools/list"))).size(), 0u);
  client.port().stuck = 0;
  client.port().user->activate([] {});
  CAF_CHECK_EQUAL(client.take().size(), 1u);
}

CAF_TEST(a_peer_that_takes_no_notifications_is_cut_off_but_gets_its_answers) {
  auto client = open_session();
  client.say(
      legacy("tools/call", "9", R"({"name":"slow","arguments":{},"_meta":{"progressToken":"p"}})"));
  client.say(legacy("tools/call", "10", R"({"name":"slow","arguments":{}})"));
  client.port().stuck = options->max_output_bytes + 1;
  finish_call(1, "late");
  CAF_CHECK(contains(only(client.take()), "late"));
  tell_progress(1);
  slow->calls.front().progress(1);
  settle();
  CAF_CHECK(client.ended());
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::slow_consumer});
}

CAF_TEST_FIXTURE_SCOPE_END()
