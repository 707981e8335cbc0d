// Every state of a connection has an end; time is moved by hand.

#define CAF_SUITE connection_timeouts

#include "tests/net/connection_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

namespace {

struct fixture : connection_fixture {};

} // namespace

CAF_TEST_FIXTURE_SCOPE(timeout_tests, fixture)

CAF_TEST(a_connection_that_sends_nothing_is_closed) {
  auto client = connect();
  advance(9900ms);
  CAF_CHECK_EQUAL(client.receive(), "");
  CAF_CHECK(!client.ended);
  advance(200ms);
  client.receive();
  CAF_CHECK(client.ended);
  CAF_CHECK(observer.closed == std::vector{connection_end::header_timeout});
}

CAF_TEST(a_head_must_arrive_in_time_however_many_bytes_come) {
  auto client = connect();
  for (const auto byte : std::string_view{"POST /mcp"}) {
    exchange(client, std::string_view{&byte, 1});
    advance(1000ms);
  }
  CAF_CHECK_EQUAL(client.receive(), "");
  advance(1100ms);
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  CAF_CHECK(client.ended);
  client.close();
  settle();
  CAF_CHECK(observer.closed == std::vector{connection_end::header_timeout});
}

CAF_TEST(a_body_must_arrive_in_time) {
  auto client = connect();
  const auto bytes = post(ping);
  exchange(client, bytes.substr(0, bytes.size() - 5));
  advance(29800ms);
  CAF_CHECK_EQUAL(client.receive(), "");
  advance(300ms);
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  CAF_CHECK(client.ended);
  advance(2100ms);
  CAF_CHECK(observer.closed == std::vector{connection_end::body_timeout});
}

CAF_TEST(a_refused_body_that_never_comes_ends_the_connection) {
  auto client = connect();
  const auto bytes = request("PUT", "", std::string(1000, 'x'));
  exchange(client, bytes.substr(0, bytes.size() - 500));
  advance(30100ms);
  client.receive();
  CAF_CHECK(client.ended);
  CAF_CHECK(observer.closed == std::vector{connection_end::body_timeout});
}

CAF_TEST(a_connection_without_further_requests_is_closed) {
  auto client = connect();
  for (int i = 0; i < 3; ++i) {
    advance(9000ms);
    exchange(client, post(ping));
    answer_last(std::string{pong});
  }
  advance(29900ms);
  client.receive();
  CAF_CHECK(!client.ended);
  advance(200ms);
  client.receive();
  CAF_CHECK(client.ended);
  CAF_CHECK(observer.closed == std::vector{connection_end::keep_alive_timeout});
}

CAF_TEST(a_long_exchange_keeps_its_connection) {
  auto client = connect();
  exchange(client, post(ping));
  advance(5min);
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.receive(), pong));
  exchange(client, post(ping));
  CAF_CHECK_EQUAL(log->posts.size(), 2u);
}

CAF_TEST(an_exchange_that_nobody_answers_ends_with_504) {
  options->answer_timeout = 60s;
  auto client = connect();
  exchange(client, post(ping));
  advance(61200ms);
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 504 Gateway Timeout\r\n"));
  CAF_CHECK(client.ended);
  CAF_CHECK_EQUAL(log->lost.size(), 1u);
  CAF_CHECK(observer.closed == std::vector{connection_end::answer_timeout});
}

CAF_TEST(a_session_that_dies_during_a_long_exchange_fails_it) {
  auto client = connect();
  exchange(client, post(ping));
  advance(1100ms);
  caf::anon_send_exit(session, caf::exit_reason::kill);
  advance(5100ms);
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  CAF_CHECK(client.ended);
}

CAF_TEST(a_client_that_resets_during_a_long_exchange_is_noticed) {
  auto client = connect();
  exchange(client, post(ping));
  answer_last(std::string{pong});
  client.send(post(ping)); // with the first answer unread, closing is a reset
  settle();
  advance(1100ms);
  client.close();
  settle();
  CAF_CHECK_EQUAL(log->lost, std::vector<exchange_id>{log->posts[1].exchange});
  CAF_CHECK(observer.closed == std::vector{connection_end::client_lost});
}

CAF_TEST(a_client_that_half_closes_during_a_long_exchange_is_answered) {
  auto client = connect();
  exchange(client, post(ping));
  advance(1100ms);
  client.half_close();
  advance(1000ms);
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.receive(), pong));
  CAF_CHECK(client.ended);
}

CAF_TEST(bytes_during_a_watched_exchange_are_served_after_it) {
  auto client = connect();
  exchange(client, post(ping));
  advance(1100ms);
  exchange(client, post(ping));
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
  answer_last(std::string{pong});
  CAF_CHECK_EQUAL(log->posts.size(), 2u);
}

CAF_TEST(a_peer_that_takes_nothing_is_cut_off) {
  auto client = connect();
  exchange(client, post(ping));
  answer_last(std::string(8'000'000, 'z'));
  advance(29900ms);
  CAF_CHECK(observer.closed.empty());
  advance(200ms);
  CAF_CHECK(observer.closed == std::vector{connection_end::write_timeout});
}

CAF_TEST(a_peer_that_takes_something_now_and_then_is_not) {
  auto client = connect();
  exchange(client, post(ping));
  answer_last(std::string(8'000'000, 'z'));
  for (int i = 0; i < 8; ++i) {
    advance(20s);
    CAF_CHECK(!client.receive(300'000).empty());
  }
  CAF_CHECK(observer.closed.empty());
  advance(31s);
  CAF_CHECK(observer.closed == std::vector{connection_end::write_timeout});
}

CAF_TEST(lingering_ends_when_the_peer_closes_or_after_a_while) {
  auto client = connect();
  exchange(client, "NONSENSE\r\n\r\n");
  CAF_CHECK(observer.closed.empty());
  advance(1900ms);
  CAF_CHECK(observer.closed.empty());
  advance(200ms);
  CAF_CHECK(observer.closed == std::vector{connection_end::refused});
}

CAF_TEST(lingering_reads_no_more_than_its_bound) {
  auto client = connect();
  exchange(client, "NONSENSE\r\n\r\n");
  for (int i = 0; i < 10 && observer.closed.empty(); ++i)
    exchange(client, std::string(50'000, 'x'));
  CAF_CHECK(observer.closed == std::vector{connection_end::refused});
  CAF_CHECK(observer.received < 400'000);
}

CAF_TEST(a_session_that_gets_no_slot_in_time_is_refused) {
  options->answer_timeout = 20s;
  auto client = connect();
  exchange(client, request("POST", "Content-Type: application/json\r\n",
                           R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})"));
  advance(22s);
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 504 Gateway Timeout\r\n"));
}

CAF_TEST_FIXTURE_SCOPE_END()
