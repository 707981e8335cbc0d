// HTTP+SSE of 2024-11-05 over connections: the endpoint event, POSTs, limits, both ends.

#define CAF_SUITE connection_sse

#include "tests/net/connection_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

namespace {

constexpr std::string_view initialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05",)"
    R"("capabilities":{},"clientInfo":{"name":"t","version":"1"}}})";

struct fixture : connection_fixture {
  fixture() {
    state->limits.granted(limit::sessions, 2);
    state->limits.granted(limit::uninitialized_sessions, 2);
  }

  static std::string to(std::string_view method, std::string_view target,
                        std::string_view body = {},
                        std::string_view headers = "Content-Type: application/json\r\n") {
    return std::string{method} + ' ' + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n" +
           std::string{headers} + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string{body};
  }

  /// Opens a stream; returns where its client is to POST.
  std::string open_sse(peer& client) {
    const auto answer = exchange(client, to("GET", "/sse", {}, "Accept: text/event-stream\r\n"));
    CAF_CHECK(contains(answer, "HTTP/1.1 200 OK\r\n"));
    CAF_CHECK(contains(answer, "Content-Type: text/event-stream\r\n"));
    const std::string_view mark = "event: endpoint\ndata: ";
    const auto at = answer.find(mark);
    CAF_REQUIRE(at != std::string::npos);
    const auto begin = at + mark.size();
    return answer.substr(begin, answer.find('\n', begin) - begin);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(connection_sse_tests, fixture)

CAF_TEST(messages_are_posted_to_the_endpoint_and_answered_on_the_stream) {
  auto stream = connect();
  const auto where = open_sse(stream);
  CAF_CHECK(where.starts_with("/messages?sessionId="));
  CAF_CHECK_EQUAL(observer.upgraded, 1);
  auto poster = connect();
  CAF_CHECK(exchange(poster, to("POST", where, initialize)).starts_with("HTTP/1.1 202 Accepted"));
  CAF_CHECK(contains(stream.receive(), R"("protocolVersion":"2024-11-05")"));
  exchange(poster, to("POST", where, R"({"jsonrpc":"2.0","method":"notifications/initialized"})"));
  const auto accepted = exchange(poster, to("POST", where, ping));
  CAF_CHECK(contains(accepted, "Content-Length: 0\r\n"));
  CAF_CHECK_EQUAL(stream.receive(), "2c\r\ndata: " + std::string{pong} + "\n\n\r\n");
}

CAF_TEST(the_session_ends_with_the_connection_of_its_stream) {
  auto stream = connect();
  const auto where = open_sse(stream);
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 1u);
  stream.close();
  settle();
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
  auto poster = connect();
  CAF_CHECK(exchange(poster, to("POST", where, ping)).starts_with("HTTP/1.1 404 "));
}

CAF_TEST(a_session_that_is_over_ends_the_stream_and_the_connection) {
  auto stream = connect();
  const auto where = open_sse(stream);
  auto poster = connect();
  exchange(poster, to("POST", where, R"({"jsonrpc":"2.0","id":1,"method":"initialize"})"));
  const auto last = stream.receive();
  CAF_CHECK(contains(last, "-32602"));
  CAF_CHECK(last.ends_with("0\r\n\r\n"));
  CAF_CHECK(stream.ended);
  CAF_CHECK(observer.closed == std::vector{connection_end::completed});
}

CAF_TEST(posts_name_a_session_of_this_transport) {
  auto poster = connect();
  CAF_CHECK(contains(exchange(poster, to("POST", "/messages", ping)), "endpoint event"));
  for (const auto target : {"/messages?sessionId=nonsense", "/messages?session=x",
                            "/messages?sessionId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    const auto answer = exchange(poster, to("POST", target, ping));
    CAF_CHECK(answer.starts_with("HTTP/1.1 40"));
    CAF_CHECK(contains(answer, R"("id":1)"));
  }
}

CAF_TEST(what_is_no_json_is_refused_and_the_stream_lives_on) {
  auto stream = connect();
  const auto where = open_sse(stream);
  auto poster = connect();
  CAF_CHECK(contains(exchange(poster, to("POST", where, "{")), "-32700"));
  CAF_CHECK(exchange(poster, to("POST", where, "{}", "Content-Type: text/plain\r\n"))
                .starts_with("HTTP/1.1 415 "));
  CAF_CHECK_EQUAL(stream.receive(), "");
  CAF_CHECK(!stream.ended);
}

CAF_TEST(other_methods_are_not_allowed) {
  auto client = connect();
  const auto post_to_stream = exchange(client, to("POST", "/sse", ping));
  CAF_CHECK(post_to_stream.starts_with("HTTP/1.1 405 "));
  CAF_CHECK(contains(post_to_stream, "Allow: GET\r\n"));
  const auto get_messages = exchange(client, to("GET", "/messages", {}, ""));
  CAF_CHECK(contains(get_messages, "Allow: POST\r\n"));
}

CAF_TEST(switched_off_there_is_nothing_at_its_paths) {
  options->endpoint.serves_sse = false;
  auto client = connect();
  CAF_CHECK(exchange(client, to("GET", "/sse", {}, "Accept: text/event-stream\r\n"))
                .starts_with("HTTP/1.1 404 "));
  CAF_CHECK(exchange(client, to("POST", "/messages", ping)).starts_with("HTTP/1.1 404 "));
}

CAF_TEST(a_stream_over_the_limit_of_sessions_is_refused) {
  while (state->limits.try_acquire(limit::sessions)) {
  }
  auto client = connect();
  CAF_CHECK_EQUAL(exchange(client, to("GET", "/sse", {}, "Accept: text/event-stream\r\n")), "");
  state->limits.granted(limit::sessions, 0); // to what was asked for before
  state->limits.granted(limit::sessions, 0);
  settle();
  const auto refused = client.receive();
  CAF_CHECK(refused.starts_with("HTTP/1.1 503 "));
  CAF_CHECK(contains(refused, "Retry-After"));
  CAF_CHECK(!client.ended);
  for (int i = 0; i < 2; ++i)
    state->limits.release(limit::sessions);
}

CAF_TEST(a_silent_stream_is_kept_alive) {
  auto stream = connect();
  open_sse(stream);
  advance(options->stream_keep_alive + 1s);
  CAF_CHECK_EQUAL(stream.receive(), "3\r\n:\n\n\r\n");
}

CAF_TEST(a_drain_ends_the_stream_in_good_order) {
  auto stream = connect();
  open_sse(stream);
  for (const auto& [key, handle] : state->sessions)
    if (handle != session)
      caf::anon_send(handle, drain{});
  caf::anon_send(connections[0], drain{});
  settle();
  CAF_CHECK(stream.receive().ends_with("0\r\n\r\n"));
  CAF_CHECK(observer.closed == std::vector{connection_end::drained});
}

CAF_TEST_FIXTURE_SCOPE_END()
