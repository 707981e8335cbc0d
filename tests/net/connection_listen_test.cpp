// Subscriptions over a connection: what is acknowledged, what is told, and how they end.

#define CAF_SUITE connection_listen

#include <cstdio>

#include "tests/net/modern_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

CAF_TEST_FIXTURE_SCOPE(connection_listen_tests, modern_connection_fixture)

CAF_TEST(a_subscription_is_acknowledged_and_hears_what_it_asked_for) {
  auto client = connect();
  const auto ack = exchange(client, listen_post(R"({"toolsListChanged":true})"));
  CAF_CHECK(contains(ack, "Content-Type: text/event-stream\r\n"));
  CAF_CHECK(contains(
      ack, R"(data: {"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)"
           R"({"_meta":{"io.modelcontextprotocol/subscriptionId":1},"notifications":)"
           R"({"toolsListChanged":true}}})"));
  publish_tools();
  const std::string event =
      R"(data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":)"
      R"({"_meta":{"io.modelcontextprotocol/subscriptionId":1}}})"
      "\n\n";
  char size[8];
  std::snprintf(size, sizeof size, "%zx", event.size());
  CAF_CHECK_EQUAL(client.receive(), std::string{size} + "\r\n" + event + "\r\n");
  CAF_CHECK_EQUAL(seen.sent, 2u);
  CAF_CHECK_EQUAL(seen.streams, 1);
  advance(15s);
  CAF_CHECK_EQUAL(client.receive(), "3\r\n:\n\n\r\n");
  client.close();
  settle();
  CAF_CHECK_EQUAL(seen.streams, 0);
  publish_tools();
  CAF_CHECK_EQUAL(seen.sent, 2u);
}

CAF_TEST(one_news_reaches_all_its_subscribers) {
  auto one = connect();
  auto two = connect();
  auto other = connect();
  exchange(one, listen_post(R"({"toolsListChanged":true})"));
  exchange(two, listen_post(R"({"toolsListChanged":true})"));
  exchange(other, listen_post(R"({"promptsListChanged":true})"));
  publish_tools();
  CAF_CHECK(contains(one.receive(), "notifications/tools/list_changed"));
  CAF_CHECK(contains(two.receive(), "notifications/tools/list_changed"));
  CAF_CHECK_EQUAL(other.receive(), "");
}

CAF_TEST(a_subscriber_that_does_not_read_is_cut_off_alone) {
  options->max_output_bytes = 64 * 1024;
  auto lazy = connect();
  auto keen = connect();
  exchange(lazy, listen_post(R"({"resourceSubscriptions":["test://a"]})"));
  exchange(keen, listen_post(R"({"resourceSubscriptions":["test://a"]})"));
  const auto big = protocol::make_tagged_notification(
      "notifications/x", R"("text":")" + std::string(60 * 1024, 'x') + '"');
  for (int i = 0; i < 64 && observer.closed.empty(); ++i) {
    state->listeners.publish_resource("test://a", big);
    settle();
    CAF_CHECK(contains(keen.receive(), "xxx"));
  }
  CAF_CHECK(observer.closed == std::vector{connection_end::slow_consumer});
  CAF_CHECK_EQUAL(seen.streams, 1);
  state->listeners.publish_resource("test://a", big);
  settle();
  CAF_CHECK(contains(keen.receive(), "xxx"));
}

CAF_TEST(a_drain_ends_a_subscription_with_its_result) {
  auto client = connect();
  exchange(client, listen_post(R"({"toolsListChanged":true})"));
  caf::anon_send(connections.back(), drain{});
  settle();
  const auto end = client.receive();
  CAF_CHECK(contains(end, R"("id":1,"result":{)"));
  CAF_CHECK(contains(end, R"("io.modelcontextprotocol/subscriptionId":1)"));
  CAF_CHECK(end.ends_with("0\r\n\r\n"));
  CAF_CHECK(client.ended);
  CAF_CHECK(observer.closed == std::vector{connection_end::drained});
}

CAF_TEST(a_drain_lets_a_call_finish) {
  auto client = connect();
  exchange(client, call_post("slow"));
  caf::anon_send(connections.back(), drain{});
  settle();
  CAF_CHECK(!running().cancelled());
  finish("done");
  CAF_CHECK(contains(client.receive(), "done"));
  CAF_CHECK(client.ended);
}

CAF_TEST(a_subscription_needs_a_client_that_takes_a_stream) {
  auto client = connect();
  const auto refused =
      exchange(client, listen_post(R"({"toolsListChanged":true})", "application/json"));
  CAF_CHECK(refused.starts_with("HTTP/1.1 406 Not Acceptable\r\n"));
  CAF_CHECK(contains(refused, R"("id":1)"));
  CAF_CHECK(!client.ended);
}

CAF_TEST_FIXTURE_SCOPE_END()
