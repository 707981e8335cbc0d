// How a connection ends: by its peer, from outside, by a drain.

#define CAF_SUITE connection_endings

#include "tests/net/connection_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

CAF_TEST_FIXTURE_SCOPE(connection_endings_tests, connection_fixture)

CAF_TEST(a_peer_that_only_sends_no_more_still_gets_its_answers) {
  auto client = connect();
  client.send(post(ping) + post(ping));
  client.half_close();
  settle();
  answer_last(std::string{pong});
  CAF_CHECK_EQUAL(log->posts.size(), 2u);
  answer_last(std::string{pong});
  CAF_CHECK_EQUAL(count(client.receive(), pong), 2u);
  CAF_CHECK(client.ended);
  CAF_CHECK(observer.closed == std::vector{connection_end::client_closed});
}

CAF_TEST(a_peer_that_closes_between_requests_ends_the_connection) {
  auto client = connect();
  client.close();
  settle();
  CAF_CHECK(observer.closed == std::vector{connection_end::client_closed});
}

CAF_TEST(a_peer_that_goes_away_within_a_request_is_lost) {
  auto client = connect();
  client.send(post(ping).substr(0, 30));
  client.close();
  settle();
  CAF_CHECK(observer.closed == std::vector{connection_end::client_lost});
}

CAF_TEST(a_connection_that_is_killed_closes_its_socket_and_tells_the_session) {
  auto client = connect();
  exchange(client, post(ping));
  caf::anon_send_exit(connections[0], caf::exit_reason::kill);
  settle();
  client.receive();
  CAF_CHECK(client.ended);
  CAF_CHECK_EQUAL(log->lost, std::vector<exchange_id>{log->posts[0].exchange});
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 0u);
}

CAF_TEST(draining_closes_idle_connections_and_lets_busy_ones_answer) {
  auto idle = connect();
  auto busy = connect();
  exchange(busy, post(ping));
  advance(options->drain_linger);
  state->draining = true;
  for (const auto& each : connections)
    caf::anon_send(each, drain{});
  settle();
  idle.receive();
  CAF_CHECK(idle.ended);
  answer_last(std::string{pong});
  CAF_CHECK(contains(busy.receive(), "Connection: close\r\n"));
  CAF_CHECK(busy.ended);
  CAF_CHECK(observer.closed == std::vector(2, connection_end::drained));
}

CAF_TEST(draining_waits_for_a_request_that_may_be_on_its_way) {
  auto quiet = connect();
  auto quick = connect();
  exchange(quick, post(ping));
  answer_last(std::string{pong});
  quick.receive();
  state->draining = true;
  for (const auto& each : connections)
    caf::anon_send(each, drain{});
  settle();
  quiet.receive();
  CAF_CHECK(!quiet.ended);
  const auto answer = exchange(quick, post(ping));
  CAF_CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CAF_CHECK(contains(answer, "Connection: close\r\n"));
  CAF_CHECK(quick.ended);
  quick.close();
  advance(options->drain_linger);
  quiet.receive();
  CAF_CHECK(quiet.ended);
  CAF_CHECK_EQUAL(observer.closed.size(), 2u);
  CAF_CHECK(observer.closed.back() == connection_end::drained);
}

CAF_TEST(draining_reads_what_an_idle_connection_has_sent) {
  auto client = connect();
  advance(options->drain_linger);
  state->draining = true;
  client.send(post(ping));
  caf::anon_send(connections[0], drain{});
  settle();
  const auto answer = client.receive();
  CAF_CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CAF_CHECK(client.ended);
}

CAF_TEST(who_is_accepted_while_draining_is_refused) {
  state->draining = true;
  auto client = connect();
  const auto answer = exchange(client, post(ping));
  CAF_CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CAF_CHECK(client.ended);
  auto silent = connect();
  advance(options->drain_linger);
  silent.receive();
  CAF_CHECK(silent.ended);
}

CAF_TEST(a_request_that_comes_while_draining_is_told_to_come_back) {
  auto client = connect();
  const auto bytes = post(ping);
  exchange(client, bytes.substr(0, 30));
  state->draining = true;
  caf::anon_send(connections[0], drain{});
  const auto answer = exchange(client, bytes.substr(30));
  CAF_CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CAF_CHECK(contains(answer, "Retry-After: 5\r\n"));
  CAF_CHECK(contains(answer, "Connection: close\r\n"));
  CAF_CHECK_EQUAL(log->posts.size(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
