// Requests whose session lives on another I/O thread.

#define CAF_SUITE connection_routing

#include "tests/net/connection_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct two_shards : connection_fixture {
  two_shards() : connection_fixture(2) {
    for (auto& [key, handle] : std::exchange(state->sessions, {})) {
      id = protocol::make_session_id(2, 1);
      static_cast<void>(key);
      static_cast<void>(handle);
    }
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(connection_routing_tests, two_shards)

CAF_TEST(a_request_for_a_session_of_another_thread_goes_to_its_shard) {
  auto client = connect();
  exchange(client, post(ping));
  CAF_REQUIRE_EQUAL(remote->size(), 1u);
  const auto& message = remote->front();
  CAF_CHECK(message.session == id);
  CAF_CHECK(message.content.match_elements<client_post>());
  answer(message.transport, reply{message.exchange, 200, std::string{pong}, {}, 0});
  CAF_CHECK(contains(client.receive(), pong));
}

CAF_TEST(a_notification_for_another_thread_is_accepted_by_its_session) {
  auto client = connect();
  CAF_CHECK_EQUAL(
      exchange(client, post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})")), "");
  CAF_REQUIRE_EQUAL(remote->size(), 1u);
  CAF_CHECK(remote->front().content.match_elements<client_notice>());
  answer(remote->front().transport, reply{remote->front().exchange, 202, "", {}, 0});
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 202 Accepted\r\n"));
}

CAF_TEST(a_session_of_another_thread_hears_that_a_waiting_client_is_gone) {
  auto client = connect();
  exchange(client, post(ping));
  const auto waiting = remote->front().exchange;
  remote->clear();
  caf::anon_send_exit(connections[0], caf::exit_reason::kill);
  settle();
  CAF_REQUIRE_EQUAL(remote->size(), 1u);
  CAF_CHECK(remote->front().session == id);
  CAF_CHECK(!remote->front().transport);
  CAF_REQUIRE(remote->front().content.match_elements<exchange_lost>());
  CAF_CHECK_EQUAL(remote->front().content.get_as<exchange_lost>(0).exchange, waiting);
}

CAF_TEST(a_session_of_another_thread_hears_nothing_more_once_it_has_answered) {
  auto client = connect();
  exchange(client, post(ping));
  answer(remote->front().transport, reply{remote->front().exchange, 200, std::string{pong}, {}, 0});
  remote->clear();
  client.close();
  settle();
  CAF_CHECK_EQUAL(remote->size(), 0u);
}

CAF_TEST(a_session_whose_thread_has_failed_is_gone) {
  caf::anon_send_exit(state->shards[1], caf::exit_reason::kill);
  settle();
  auto client = connect();
  CAF_CHECK(exchange(client, post(ping)).starts_with("HTTP/1.1 404 "));
}

CAF_TEST(a_request_that_a_failed_thread_had_is_answered) {
  auto client = connect();
  CAF_CHECK_EQUAL(exchange(client, post(ping)), "");
  advance(1100ms);
  caf::anon_send_exit(state->shards[1], caf::exit_reason::kill);
  settle();
  // Another one takes its place, and knows nothing of it.
  state->shards[1] = sys.spawn(recording_shard, remote);
  advance(5100ms);
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 500 "));
}

CAF_TEST_FIXTURE_SCOPE_END()
