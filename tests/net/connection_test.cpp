// Requests and answers over one connection: keep-alive, pipelining, routing to sessions, refusals.

#define CAF_SUITE connection

#include "tests/net/connection_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

namespace {

struct fixture : connection_fixture {};

constexpr std::string_view initialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
    R"("capabilities":{},"clientInfo":{"name":"t","version":"1"}}})";

std::string without_session(std::string_view body) {
  return connection_fixture::request("POST", "Content-Type: application/json\r\n", body);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(connection_tests, fixture)

CAF_TEST(a_post_reaches_its_session_and_its_answer_the_client) {
  auto client = connect();
  CAF_CHECK_EQUAL(exchange(client, post(ping)), "");
  CAF_REQUIRE_EQUAL(log->posts.size(), 1u);
  CAF_CHECK(log->posts[0].accepts_json);
  CAF_CHECK(log->posts[0].accepts_sse);
  CAF_CHECK(!log->posts[0].body->is_batch());
  answer_last(std::string{pong});
  const auto answer = client.receive();
  CAF_CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_CHECK(answer.ends_with("\r\n\r\n" + std::string{pong}));
  CAF_CHECK(!client.ended);
  CAF_CHECK_EQUAL(observer.statuses, std::vector<int>{200});
  CAF_CHECK_EQUAL(observer.sent, answer.size());
}

CAF_TEST(a_connection_serves_one_request_after_the_other) {
  auto client = connect();
  for (int i = 1; i <= 3; ++i) {
    exchange(client, post(ping));
    CAF_REQUIRE_EQUAL(log->posts.size(), static_cast<std::size_t>(i));
    answer_last(std::string{pong});
    CAF_CHECK(contains(client.receive(), pong));
  }
  CAF_CHECK_EQUAL(observer.accepted, 1);
}

CAF_TEST(a_request_may_be_split_at_every_byte) {
  const auto bytes = post(ping, "Transfer-Encoding-Not: x\r\n");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    auto client = connect();
    exchange(client, std::string_view{bytes}.substr(0, cut));
    CAF_CHECK_EQUAL(log->posts.size(), cut - 1);
    exchange(client, std::string_view{bytes}.substr(cut));
    CAF_REQUIRE_EQUAL(log->posts.size(), cut);
    answer_last(std::string{pong});
    CAF_CHECK(contains(client.receive(), pong));
    client.close();
    settle();
  }
}

CAF_TEST(pipelined_requests_are_handled_one_at_a_time_and_answered_in_order) {
  auto client = connect();
  const std::string notice = R"({"jsonrpc":"2.0","method":"notifications/progress"})";
  client.send(post(ping) + post(notice) + post(ping) + post(ping));
  settle();
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
  CAF_CHECK_EQUAL(log->notices.size(), 0u);
  answer_last("\"first\"");
  CAF_CHECK_EQUAL(log->notices.size(), 1u);
  CAF_CHECK_EQUAL(log->posts.size(), 2u);
  answer_last("\"second\"");
  CAF_CHECK_EQUAL(log->posts.size(), 3u);
  answer_last("\"third\"");
  const auto answers = client.receive();
  const auto first = answers.find("\"first\"");
  const auto accepted = answers.find("HTTP/1.1 202 Accepted");
  const auto second = answers.find("\"second\"");
  const auto third = answers.find("\"third\"");
  CAF_CHECK(first < accepted && accepted < second && second < third && third != std::string::npos);
}

CAF_TEST(bytes_that_come_while_an_answer_is_awaited_wait_too) {
  auto client = connect();
  const auto second = post(ping);
  exchange(client, post(ping));
  client.send(second.substr(0, 20));
  settle();
  answer_last(std::string{pong});
  client.send(second.substr(20));
  settle();
  CAF_CHECK_EQUAL(log->posts.size(), 2u);
  answer_last(std::string{pong});
  CAF_CHECK_EQUAL(count(client.receive(), pong), 2u);
}

CAF_TEST(a_chunked_body_is_decoded) {
  auto client = connect();
  exchange(client, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                       session_header() + "Transfer-Encoding: chunked\r\n\r\n" +
                       "A\r\n{\"jsonrpc\"\r\n");
  CAF_CHECK_EQUAL(log->posts.size(), 0u);
  exchange(client, "1e\r\n:\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n0\r\n\r\n");
  CAF_REQUIRE_EQUAL(log->posts.size(), 1u);
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.receive(), pong));
}

CAF_TEST(notifications_to_a_session_of_this_thread_are_accepted_at_once) {
  auto client = connect();
  const auto answer =
      exchange(client, post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})"));
  CAF_CHECK(answer.starts_with("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n"));
  CAF_REQUIRE_EQUAL(log->notices.size(), 1u);
  CAF_CHECK(!log->notices[0].transport);
  exchange(client, post(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
  CAF_CHECK_EQUAL(log->notices.size(), 2u);
}

CAF_TEST(what_is_no_message_is_for_the_session_to_answer) {
  auto client = connect();
  for (const auto* const body : {"{}", "[]", "1", R"({"method":5,"id":1})"})
    exchange(client, post(body)), answer_last(std::string{pong});
  CAF_CHECK_EQUAL(log->posts.size(), 4u);
}

CAF_TEST(a_body_that_is_no_json_is_refused_and_the_connection_lives_on) {
  auto client = connect();
  const auto answer = exchange(client, post("{\"jsonrpc\""));
  CAF_CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CAF_CHECK(contains(answer, "-32700"));
  CAF_CHECK_EQUAL(observer.failures.size(), 1u);
  exchange(client, post(ping));
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(a_request_without_session_id_is_refused_with_its_id) {
  auto client = connect();
  const auto answer =
      exchange(client, without_session(R"({"jsonrpc":"2.0","id":"x7","method":"ping"})"));
  CAF_CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CAF_CHECK(contains(answer, R"("id":"x7")"));
  CAF_CHECK(contains(answer, "Mcp-Session-Id"));
  CAF_CHECK(!client.ended);
}

CAF_TEST(an_unknown_session_is_not_found_with_any_method) {
  auto client = connect();
  const std::string unknown =
      "Mcp-Session-Id: " + std::string{protocol::make_session_id().view()} + "\r\n";
  const std::string malformed = "Mcp-Session-Id: 1\r\n";
  for (const auto& header : {unknown, malformed}) {
    CAF_CHECK(exchange(client, request("POST", header + "Content-Type: application/json\r\n", ping))
                  .starts_with("HTTP/1.1 404 Not Found\r\n"));
    CAF_CHECK(exchange(client, request("GET", header + "Accept: text/event-stream\r\n"))
                  .starts_with("HTTP/1.1 404 Not Found\r\n"));
    CAF_CHECK(
        exchange(client, request("DELETE", header)).starts_with("HTTP/1.1 404 Not Found\r\n"));
  }
  CAF_CHECK(!client.ended);
}

CAF_TEST(the_protocol_version_header_must_name_a_legacy_revision) {
  auto client = connect();
  for (const auto* const version : {"2026-07-28", "1999-01-01", ""})
    CAF_CHECK(exchange(client, post(ping, "MCP-Protocol-Version: " + std::string{version} + "\r\n"))
                  .starts_with("HTTP/1.1 400 Bad Request\r\n"));
  exchange(client, post(ping, "MCP-Protocol-Version: 2025-06-18\r\n"));
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(a_deletion_is_answered_by_the_session) {
  auto client = connect();
  exchange(client, request("DELETE", session_header()));
  CAF_REQUIRE_EQUAL(log->deletions.size(), 1u);
  answer(log->deletions[0].transport, reply{log->deletions[0].exchange, 204, "", {}, 0});
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 204 No Content\r\n"));
  log->deletions.clear();
}

CAF_TEST(an_answer_to_an_older_exchange_is_dropped) {
  auto client = connect();
  exchange(client, post(ping));
  const auto first = log->posts.back();
  answer_last(std::string{pong});
  exchange(client, post(ping));
  client.receive();
  answer(first.transport, reply{first.exchange, 200, "\"stale\"", {}, 0});
  answer(first.transport, stream_begin{first.exchange, {}});
  answer(first.transport, stream_end{first.exchange});
  CAF_CHECK_EQUAL(client.receive(), "");
  answer_last("\"fresh\"");
  CAF_CHECK(contains(client.receive(), "fresh"));
}

CAF_TEST(the_answer_of_initialize_names_the_session) {
  auto client = connect();
  state->limits.granted(limit::sessions, 1);
  state->limits.granted(limit::uninitialized_sessions, 1);
  const auto answer = exchange(client, without_session(initialize));
  CAF_CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CAF_REQUIRE_EQUAL(state->sessions.size(), 2u);
  for (const auto& [key, handle] : state->sessions)
    if (key != id)
      CAF_CHECK(contains(answer, "Mcp-Session-Id: " + std::string{key.view()} + "\r\n"));
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 1u);
}

CAF_TEST(a_session_waits_for_its_slots_and_is_opened_then) {
  auto client = connect();
  CAF_CHECK_EQUAL(exchange(client, without_session(initialize)), "");
  state->limits.granted(limit::sessions, 1);
  settle();
  CAF_CHECK_EQUAL(client.receive(), "");
  state->limits.granted(limit::uninitialized_sessions, 1);
  settle();
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 200 OK\r\n"));
}

CAF_TEST(a_limit_that_is_reached_is_named_and_slots_go_back) {
  auto client = connect();
  exchange(client, without_session(initialize));
  state->limits.granted(limit::sessions, 1);
  state->limits.granted(limit::uninitialized_sessions, 0);
  settle();
  const auto answer = client.receive();
  CAF_CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CAF_CHECK(contains(answer, "Retry-After: 5\r\n"));
  CAF_CHECK(contains(answer, "uninitialized_sessions"));
  CAF_CHECK(contains(answer, R"("id":1)"));
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
  CAF_CHECK(!client.ended);
}

CAF_TEST(slots_that_come_for_a_dead_connection_go_back) {
  auto client = connect();
  exchange(client, without_session(initialize));
  caf::anon_send_exit(connections[0], caf::exit_reason::kill);
  settle();
  state->limits.granted(limit::sessions, 1);
  state->limits.granted(limit::uninitialized_sessions, 1);
  settle();
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
  CAF_CHECK_EQUAL(state->limits.used(limit::uninitialized_sessions), 0u);
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
}

CAF_TEST(initialize_with_a_session_id_goes_to_that_session) {
  auto client = connect();
  exchange(client, post(initialize));
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(the_client_may_ask_for_the_end_of_the_connection) {
  auto client = connect();
  exchange(client, post(ping, "Connection: close\r\n"));
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.receive(), "Connection: close\r\n"));
  CAF_CHECK(client.ended);
  CAF_CHECK(observer.closed == std::vector{connection_end::completed});
}

CAF_TEST(http_1_0_is_answered_and_closed) {
  auto client = connect();
  exchange(client, "POST /mcp HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                       session_header() + "Content-Length: " + std::to_string(ping.size()) +
                       "\r\n\r\n" + std::string{ping});
  answer_last(std::string{pong});
  CAF_CHECK(client.receive().ends_with(pong));
  CAF_CHECK(client.ended);
}

CAF_TEST(a_refusal_by_the_head_skips_a_small_body_and_goes_on) {
  auto client = connect();
  const auto refused = exchange(
      client, request("POST", "Content-Type: text/plain\r\n", std::string(1000, 'x')) + post(ping));
  CAF_CHECK(refused.starts_with("HTTP/1.1 415 Unsupported Media Type\r\n"));
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(head_is_refused_without_a_body) {
  auto client = connect();
  const auto answer = exchange(client, request("HEAD", ""));
  CAF_CHECK(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  CAF_CHECK(answer.ends_with("\r\n\r\n"));
  CAF_CHECK(!client.ended);
}

CAF_TEST(pages_of_configured_origins_are_told_that_they_may) {
  protocol::host_rules_config config;
  config.allowed_origins = {"https://app.example"};
  options->endpoint.hosts = std::get<protocol::host_rules>(protocol::host_rules::compile(config));
  auto client = connect();
  const std::string origin = "Origin: https://app.example\r\n";
  const auto preflight = exchange(
      client, request("OPTIONS", origin + "Access-Control-Request-Headers: mcp-session-id\r\n"));
  CAF_CHECK(preflight.starts_with("HTTP/1.1 204 No Content\r\n"));
  CAF_CHECK(contains(preflight, "Access-Control-Allow-Origin: https://app.example\r\n"));
  CAF_CHECK(contains(preflight, "mcp-session-id"));
  exchange(client, post(ping, origin));
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.receive(), "Access-Control-Allow-Origin: https://app.example\r\n"));
  exchange(client, post(ping));
  answer_last(std::string{pong});
  CAF_CHECK(!contains(client.receive(), "Access-Control"));
}

CAF_TEST(the_skipped_body_may_come_later) {
  auto client = connect();
  const auto bytes = request("PUT", "", std::string(1000, 'x'));
  const auto answer = exchange(client, std::string_view{bytes}.substr(0, bytes.size() - 999));
  CAF_CHECK(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  CAF_CHECK(contains(answer, "Allow: "));
  CAF_CHECK_EQUAL(exchange(client, std::string_view{bytes}.substr(bytes.size() - 999)), "");
  CAF_CHECK_EQUAL(exchange(client, post(ping)), "");
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(a_client_that_is_refused_in_the_middle_of_a_large_body_can_read_why) {
  options->endpoint.max_body_bytes = 1024;
  auto client = connect();
  const auto bytes =
      request("POST", "Content-Type: application/json\r\n", std::string(100'000, 'x'));
  client.send(bytes);
  settle();
  const auto answer = client.receive();
  CAF_CHECK(answer.starts_with("HTTP/1.1 413 Content Too Large\r\n"));
  CAF_CHECK(contains(answer, "-32600"));
  CAF_CHECK(contains(answer, "Connection: close\r\n"));
  CAF_CHECK(client.ended);
  CAF_CHECK(!client.was_reset);
  client.close();
  settle();
  CAF_CHECK(observer.closed == std::vector{connection_end::refused});
}

CAF_TEST(a_head_that_cannot_be_read_closes_the_connection) {
  auto client = connect();
  const auto answer = exchange(client, "NONSENSE\r\n\r\n" + post(ping));
  CAF_CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CAF_CHECK(client.ended);
  CAF_CHECK_EQUAL(log->posts.size(), 0u);
  CAF_CHECK(observer.failures == std::vector{net::parse_failure::head});
}

CAF_TEST(a_client_that_expects_it_is_told_to_continue) {
  auto client = connect();
  const auto bytes = post(ping, "Expect: 100-continue\r\n");
  const auto head = bytes.size() - ping.size();
  CAF_CHECK_EQUAL(exchange(client, bytes.substr(0, head)), "HTTP/1.1 100 Continue\r\n\r\n");
  exchange(client, bytes.substr(head));
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(a_large_answer_arrives_whole) {
  auto client = connect();
  exchange(client, post(ping));
  const auto body = '"' + std::string(3'000'000, 'y') + '"';
  answer_last(body);
  auto answer = client.receive();
  for (int i = 0; i < 1000 && answer.size() < body.size(); ++i) {
    settle();
    answer += client.receive();
  }
  CAF_CHECK(contains(answer, "Content-Length: 3000002\r\n"));
  CAF_CHECK(answer.ends_with("\r\n\r\n" + body));
  exchange(client, post(ping));
  CAF_CHECK_EQUAL(log->posts.size(), 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
