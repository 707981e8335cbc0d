// Sessions of duplex transports: one stream out, nothing kept, and an end together with the transport.

#define CAF_SUITE session_duplex

#include "call_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view initialized =
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

struct fixture : call_fixture {
  caf::actor open_on(transport_kind kind) {
    CAF_REQUIRE(state->limits.try_acquire(limit::sessions));
    CAF_REQUIRE(state->limits.try_acquire(limit::uninitialized_sessions));
    return open_session(state, {kind, transport, 7}).handle;
  }
  void say(const caf::actor& session, std::string_view text, exchange_id post = 0) {
    caf::anon_send(session,
                   client_message{parse(text), post != 0 ? transport : nullptr, post, start});
    run();
    answer_leases();
  }
  void initialize(const caf::actor& session, std::string_view revision = "2025-11-25") {
    say(session,
        R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
            std::string{revision} +
            R"(","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}})");
  }
  caf::actor ready_on(transport_kind kind, std::string_view revision = "2025-11-25") {
    auto session = open_on(kind);
    initialize(session, revision);
    say(session, initialized);
    clear();
    return session;
  }
  std::string said() { return lines_of(take_lines()); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_duplex_tests, fixture)

CAF_TEST(every_message_is_one_event_of_the_exchange_without_an_id) {
  const auto session = open_on(transport_kind::websocket);
  initialize(session);
  const auto lines = take_lines();
  CAF_REQUIRE_EQUAL(lines.size(), 1u);
  CAF_CHECK(lines[0].starts_with(R"(event{"jsonrpc":"2.0","id":0,"result":{"protocolVersion")"));
  say(session, initialized);
  say(session, R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  CAF_CHECK_EQUAL(said(), "event{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
}

CAF_TEST(a_post_of_http_sse_is_told_that_it_has_come) {
  const auto session = ready_on(transport_kind::sse);
  CAF_CHECK_EQUAL(observer.streams, 1);
  say(session, R"({"jsonrpc":"2.0","id":1,"method":"ping"})", 9);
  CAF_CHECK_EQUAL(said(), "reply 202 \nevent{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
  CAF_CHECK_EQUAL(log->replies.back().exchange, 9u);
}

CAF_TEST(streamable_http_does_not_find_a_session_of_another_transport) {
  const auto session = ready_on(transport_kind::sse);
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  get(session);
  caf::anon_send(session, session_deletion{transport, 21});
  run();
  CAF_REQUIRE_EQUAL(log->replies.size(), 3u);
  for (const auto& refused : log->replies)
    CAF_CHECK_EQUAL(refused.status, 404);
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
}

CAF_TEST(http_sse_does_not_find_a_session_of_streamable_http) {
  const auto session = ready();
  say(session, R"({"jsonrpc":"2.0","id":1,"method":"ping"})", 9);
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  CAF_CHECK_EQUAL(log->replies[0].status, 404);
}

CAF_TEST(a_batch_is_answered_by_one_array) {
  const auto session = ready_on(transport_kind::stdio, "2025-03-26");
  say(session,
      R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}])");
  CAF_CHECK_EQUAL(said(), "event[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}},"
                          "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}]\n");
  const auto newer = ready_on(transport_kind::stdio);
  say(newer, R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])");
  CAF_CHECK(said().starts_with(R"(event{"jsonrpc":"2.0","id":null,"error":{"code":-32600)"));
}

CAF_TEST(notify_is_delivered_as_soon_as_the_client_is_ready) {
  const auto session = open_on(transport_kind::websocket);
  initialize(session);
  clear();
  const auto notify = [&] {
    auto answer = self->request(session, caf::infinite, notify_client{"c", "test", nullptr});
    run();
    notify_status status{};
    answer.receive([&](const notified& what) { status = what.status; },
                   [&](const caf::error& error) { CAF_FAIL(sys.render(error)); });
    return status;
  };
  CAF_CHECK(notify() == notify_status::client_not_initialized);
  caf::anon_send(session, deliver{make_frame("{}")});
  run();
  CAF_CHECK_EQUAL(said(), "");
  say(session, initialized);
  caf::anon_send(session, deliver{make_frame("{}")});
  run();
  CAF_CHECK_EQUAL(said(), "event{}\n");
  CAF_CHECK(notify() == notify_status::delivered);
  CAF_CHECK_EQUAL(said(), "event{\"jsonrpc\":\"2.0\",\"method\":\"test\"}\n");
}

CAF_TEST(questions_and_their_answers_go_the_same_way) {
  const auto session = ready_on(transport_kind::stdio);
  say(session, R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"asks_inline"}})");
  const auto asked = said();
  CAF_CHECK(asked.starts_with(R"(event{"jsonrpc":"2.0","id":1,"method":"elicitation/create")"));
  say(session, R"({"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"name":"Ada"}}})");
  CAF_CHECK(said().starts_with(R"(event{"jsonrpc":"2.0","id":5,"result":{"content")"));
}

CAF_TEST(the_session_ends_with_its_transport) {
  const auto session = ready_on(transport_kind::websocket);
  lose(session, 6); // some POST
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
  lose(session, 7);
  CAF_CHECK(state->sessions.empty());
  CAF_CHECK(observer.ended == std::vector{session_end::disconnected});
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
}

CAF_TEST(after_the_end_of_input_what_was_asked_is_answered_first) {
  const auto session = ready_on(transport_kind::stdio);
  say(session, call_of("slow", "5"));
  caf::anon_send(session, input_over{7});
  run();
  CAF_CHECK_EQUAL(said(), "");
  slow->waiting.at(0).deliver(outcome{tool_result::text("done")});
  run();
  const auto lines = take_lines();
  CAF_REQUIRE_EQUAL(lines.size(), 2u);
  CAF_CHECK(lines[0].starts_with(R"(event{"jsonrpc":"2.0","id":5,"result")"));
  CAF_CHECK_EQUAL(lines[1], "over disconnected");
  CAF_CHECK(state->sessions.empty());
}

CAF_TEST(after_the_end_of_input_nobody_is_waited_for_who_was_asked) {
  const auto session = ready_on(transport_kind::stdio);
  say(session, R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"asks_inline"}})");
  clear();
  caf::anon_send(session, input_over{7});
  run();
  const auto text = said();
  CAF_CHECK(text.find(R"("id":5)") != text.npos);
  CAF_CHECK(text.ends_with("over disconnected\n"));
}

CAF_TEST(a_drain_ends_the_session_when_nothing_runs) {
  const auto session = ready_on(transport_kind::websocket);
  caf::anon_send(session, drain{});
  run();
  CAF_CHECK_EQUAL(said(), "over drained\n");
  CAF_CHECK(observer.ended == std::vector{session_end::drained});
}

CAF_TEST(a_killed_session_answers_what_was_running) {
  const auto session = ready_on(transport_kind::websocket);
  say(session, R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"asks_inline"}})");
  clear();
  caf::anon_send_exit(session, caf::exit_reason::kill);
  run();
  const auto text = said();
  CAF_CHECK(text.find(R"("id":5,"error":{"code":-32603)") != text.npos);
  CAF_CHECK(text.ends_with("over failed\n"));
}

CAF_TEST(a_refused_initialize_is_answered_before_the_end) {
  const auto session = open_on(transport_kind::websocket);
  say(session, R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})");
  const auto lines = take_lines();
  CAF_REQUIRE_EQUAL(lines.size(), 2u);
  CAF_CHECK(lines[0].find("-32602") != std::string::npos);
  CAF_CHECK_EQUAL(lines[1], "over refused");
}

CAF_TEST(idle_sessions_expire_but_not_that_of_stdio) {
  options->idle_timeout_with_stream = 10s;
  ready_on(transport_kind::websocket);
  ready_on(transport_kind::stdio);
  pass(20s);
  CAF_CHECK_EQUAL(said(), "over idle\n");
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
}

CAF_TEST(a_stream_that_never_initialises_expires) {
  open_on(transport_kind::sse);
  pass(options->initialize_timeout + 1s);
  CAF_CHECK_EQUAL(said(), "over never_initialized\n");
  CAF_CHECK_EQUAL(observer.streams, 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
