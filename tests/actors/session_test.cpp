// A session's life: handshake, phases, lists, subscriptions, timeouts, the end.

#define CAF_SUITE session

#include "session_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct fixture : session_fixture {
  static handler answering(std::string text) {
    return {[text](const call&) -> outcome { return tool_result::text(text); }, execution::inline_};
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_tests, fixture)

CAF_TEST(initialize_is_answered_with_a_session) {
  open("2025-06-18");
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  const auto& answer = log->replies[0];
  CAF_CHECK_EQUAL(answer.status, 200);
  CAF_REQUIRE(answer.session.has_value());
  CAF_CHECK(state->sessions.contains(*answer.session));
  const auto json = boost::json::parse(answer.body).as_object();
  CAF_CHECK_EQUAL(json.at("id").as_int64(), 0);
  CAF_CHECK_EQUAL(json.at("result").at("protocolVersion").as_string(), "2025-06-18");
  CAF_CHECK(json.at("result").at("capabilities").at("tools").at("listChanged").as_bool());
  CAF_CHECK_EQUAL(observer.opened, 1);
}

CAF_TEST(an_unknown_revision_is_answered_with_the_latest_legacy_one) {
  open("2026-07-28");
  const auto json = boost::json::parse(log->replies.at(0).body).as_object();
  CAF_CHECK_EQUAL(json.at("result").at("protocolVersion").as_string(), "2025-11-25");
}

CAF_TEST(a_wrong_initialize_is_refused_and_leaves_nothing) {
  CAF_REQUIRE(state->limits.try_acquire(limit::sessions));
  CAF_REQUIRE(state->limits.try_acquire(limit::uninitialized_sessions));
  auto opened = open_session(state);
  post(opened.handle, R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})");
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  CAF_CHECK(!log->replies[0].session.has_value());
  CAF_CHECK(log->replies[0].body.find("-32602") != std::string::npos);
  CAF_CHECK(state->sessions.empty());
  CAF_CHECK(state->clients.empty());
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
  CAF_CHECK_EQUAL(state->limits.used(limit::uninitialized_sessions), 0u);
  CAF_CHECK(observer.ended == std::vector{session_end::refused});
}

CAF_TEST(before_initialized_only_ping_is_answered) {
  const auto session = open();
  clear();
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  post(session, R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})");
  CAF_REQUIRE_EQUAL(log->replies.size(), 2u);
  CAF_CHECK_EQUAL(log->replies[0].body, R"({"jsonrpc":"2.0","id":1,"result":{}})");
  CAF_CHECK(log->replies[1].body.find("-32000") != std::string::npos);
  CAF_CHECK_EQUAL(log->replies[1].status, 200);
  notice(session, R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  CAF_CHECK_EQUAL(state->limits.used(limit::uninitialized_sessions), 0u);
  post(session, R"({"jsonrpc":"2.0","id":3,"method":"tools/list"})");
  CAF_CHECK_EQUAL(log->replies[2].body, R"({"jsonrpc":"2.0","id":3,"result":{"tools":[]}})");
}

CAF_TEST(a_second_initialize_is_refused) {
  const auto session = ready();
  post(session, R"({"jsonrpc":"2.0","id":9,"method":"initialize","params":{"protocolVersion":)"
                R"("2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}})");
  CAF_CHECK(log->replies.at(0).body.find("-32001") != std::string::npos);
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
}

CAF_TEST(an_unknown_method_is_a_json_rpc_error_with_status_200) {
  post(ready(), R"({"jsonrpc":"2.0","id":"x","method":"tools/destroy"})");
  CAF_CHECK_EQUAL(log->replies.at(0).status, 200);
  CAF_CHECK(log->replies[0].body.find("-32601") != std::string::npos);
  CAF_CHECK(log->replies[0].body.find(R"("id":"x")") != std::string::npos);
}

CAF_TEST(ids_come_back_in_their_own_type) {
  const auto session = ready();
  for (const auto* id : {"0", "-1", "9223372036854775807", "9007199254740993", R"("9")", R"("")"}) {
    clear();
    post(session, std::string{R"({"jsonrpc":"2.0","id":)"} + id + R"(,"method":"ping"})");
    CAF_CHECK_EQUAL(log->replies.at(0).body,
                    std::string{R"({"jsonrpc":"2.0","id":)"} + id + R"(,"result":{}})");
  }
}

CAF_TEST(batches_are_for_2025_03_26_only) {
  const auto old = ready("2025-03-26");
  const auto* batch = R"([{"jsonrpc":"2.0","id":1,"method":"ping"},)"
                      R"({"jsonrpc":"2.0","method":"notifications/roots/list_changed"},)"
                      R"({"jsonrpc":"2.0","id":2,"method":"nothing"},)"
                      R"({"jsonrpc":"2.0","id":3,"method":"ping"}])";
  post(old, batch);
  const auto answers = boost::json::parse(log->replies.at(0).body).as_array();
  CAF_REQUIRE_EQUAL(answers.size(), 3u);
  CAF_CHECK_EQUAL(answers[1].at("error").at("code").as_int64(), -32601);
  const auto session = ready("2025-06-18");
  post(session, batch);
  CAF_CHECK_EQUAL(log->replies.at(0).status, 400);
  CAF_CHECK(log->replies[0].body.find("-32600") != std::string::npos);
}

CAF_TEST(replies_share_the_bytes_of_a_long_list_where_they_are_alone) {
  offer_long_tool();
  const std::string list = R"({"jsonrpc":"2.0","id":7,"method":"tools/list"})";
  const auto session = ready("2025-03-26");
  post(session, list);
  post(session, list);
  CAF_REQUIRE_EQUAL(log->replies.size(), 2u);
  const auto shared = log->replies[0].shared_end;
  CAF_REQUIRE(shared != nullptr);
  CAF_CHECK(log->replies[1].shared_end == shared);
  CAF_CHECK_EQUAL(log->replies[0].body, R"({"jsonrpc":"2.0","id":7,"result":)");
  const auto whole = log->replies[0].body + shared->json();
  const auto answer = boost::json::parse(whole);
  CAF_CHECK_EQUAL(answer.at("result").at("tools").at(0).at("name").as_string(), "long");
  clear();
  post(session, '[' + list + ',' + list + ']');
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  CAF_CHECK(log->replies[0].shared_end == nullptr);
  CAF_CHECK_EQUAL(log->replies[0].body, '[' + whole + ',' + whole + ']');
  clear();
  post(session, list, true, false); // as a stream
  CAF_CHECK(log->replies.empty());
  CAF_CHECK(lines_of(log->lines).find(whole) != std::string::npos);
}

CAF_TEST(lists_are_paged_with_cursors_that_survive_changes) {
  options->page_size = 2;
  handler_set set;
  for (const auto* name : {"a", "b", "c", "d", "e"})
    set.add(protocol::tool{name}.with_description("d"), answering(name));
  offer(set);
  const auto session = ready();
  std::string names;
  std::string cursor;
  for (int page = 0; page < 5; ++page) {
    clear();
    const auto params = cursor.empty() ? std::string{"{}"} : R"({"cursor":")" + cursor + "\"}";
    post(session, R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":)" + params + '}');
    const auto result = boost::json::parse(log->replies.at(0).body).at("result").as_object();
    for (const auto& tool : result.at("tools").as_array())
      names += tool.at("name").as_string();
    if (!result.contains("nextCursor"))
      break;
    cursor = result.at("nextCursor").as_string();
  }
  CAF_CHECK_EQUAL(names, "abcde");
  clear();
  post(session,
       R"({"jsonrpc":"2.0","id":1,"method":"prompts/list","params":{"cursor":")" + cursor + "\"}}");
  CAF_CHECK(log->replies.at(0).body.find("-32602") != std::string::npos);
}

CAF_TEST(notify_tells_why_it_cannot) {
  const auto session = open();
  const auto ask = [&] {
    auto answer =
        self->request(session, caf::infinite,
                      notify_client{"c", "test", boost::json::value(boost::json::object{})});
    run();
    notify_status status{};
    answer.receive([&](const notified& what) { status = what.status; },
                   [&](const caf::error& error) { CAF_FAIL(sys.render(error)); });
    return status;
  };
  CAF_CHECK(ask() == notify_status::client_not_initialized);
  notice(session, R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  CAF_CHECK(ask() == notify_status::not_supported);
  get(session);
  clear();
  CAF_CHECK(ask() == notify_status::delivered);
  CAF_CHECK(log->lines.at(0).ends_with(R"({"jsonrpc":"2.0","method":"test","params":{}})"));
}

CAF_TEST(subscriptions_are_kept_by_resource_and_end_with_the_session) {
  handler_set set;
  set.add(protocol::resource{"test://a", "a"}, answering("a"));
  offer(set);
  const auto session = ready();
  const std::string uri = R"("params":{"uri":"test://a"}})";
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe",)" + uri);
  post(session, R"({"jsonrpc":"2.0","id":2,"method":"resources/subscribe",)" + uri);
  CAF_CHECK_EQUAL(state->subscriptions["test://a"].size(), 1u);
  post(session, R"({"jsonrpc":"2.0","id":3,"method":"resources/unsubscribe",)" + uri);
  CAF_CHECK(state->subscriptions.empty());
  post(session, R"({"jsonrpc":"2.0","id":4,"method":"resources/subscribe",)" + uri);
  post(session, R"({"jsonrpc":"2.0","id":5,"method":"resources/subscribe",)"
                R"("params":{"uri":"test://none"}})");
  CAF_CHECK(log->replies.at(4).body.find("-32002") != std::string::npos);
  caf::anon_send(session, session_deletion{transport, ++exchanges});
  run();
  CAF_CHECK(state->subscriptions.empty());
}

CAF_TEST(deletion_ends_everything) {
  const auto session = ready();
  get(session);
  clear();
  caf::anon_send(session, session_deletion{transport, 77});
  run();
  CAF_CHECK_EQUAL(lines_of(take_lines()), lines_of(std::vector<std::string>{"reply 204 ", "end"}));
  CAF_CHECK(state->sessions.empty());
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
  CAF_CHECK(observer.ended == std::vector{session_end::deleted});
  CAF_CHECK_EQUAL(observer.streams, 0);
}

CAF_TEST(an_idle_session_ends_and_an_active_one_does_not) {
  const auto session = ready();
  pass(options->idle_timeout - 1s);
  post(session, R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  pass(options->idle_timeout - 1s);
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
  pass(2s);
  CAF_CHECK(state->sessions.empty());
  CAF_CHECK(observer.ended == std::vector{session_end::idle});
}

CAF_TEST(an_open_stream_keeps_a_session_longer_but_not_for_ever) {
  const auto session = ready();
  get(session);
  for (auto passed = 0ms; passed < options->idle_timeout_with_stream - 1min; passed += 1min)
    pass(1min);
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
  pass(2min);
  CAF_CHECK(state->sessions.empty());
  CAF_CHECK_EQUAL(log->lines.back(), "end");
}

CAF_TEST(a_session_that_is_never_initialized_ends) {
  open();
  pass(options->initialize_timeout + 100ms);
  CAF_CHECK(state->sessions.empty());
  CAF_CHECK(observer.ended == std::vector{session_end::never_initialized});
  CAF_CHECK_EQUAL(state->limits.used(limit::uninitialized_sessions), 0u);
}

CAF_TEST(draining_ends_streams_and_idle_sessions) {
  const auto session = ready();
  get(session);
  clear();
  caf::anon_send(session, drain{});
  run();
  CAF_CHECK_EQUAL(lines_of(take_lines()), lines_of(std::vector<std::string>{"end"}));
  CAF_CHECK(observer.ended == std::vector{session_end::drained});
}

CAF_TEST(hooks_hear_of_a_client_in_order) {
  state->hooks = self;
  const auto session = ready();
  caf::anon_send(session, session_deletion{transport, 5});
  run();
  std::string heard;
  self->receive([&](const client_connected& event) { heard += "c" + event.client.id; });
  self->receive([&](const client_initialized& event) { heard += " i" + event.client.name; });
  self->receive([&](const client_disconnected& event) {
    heard += " d" + std::string{to_string(event.reason)};
  });
  CAF_CHECK_EQUAL(heard, "cclient-0-1 itest ddeleted");
  state->hooks = nullptr;
}

CAF_TEST_FIXTURE_SCOPE_END()
