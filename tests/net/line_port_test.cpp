// Lines over a socket: how messages are cut out of bytes and go back as bytes, against a peer that
// sends in pieces, sends too much, or takes too little.

#define CAF_SUITE line_port

#include "tests/net/message_fixture.hpp"
#include "troupe/net/line_port.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

namespace {

struct line_fixture : message_fixture {
  peer connect_lines(net::line_port_options settings = {}) {
    std::array<int, 2> ends{};
    CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    CAF_REQUIRE(state->limits.try_acquire(limit::connections));
    net::stream_socket served{loop, local_stream, ends[0]};
    connections.push_back(net::spawn_message_connection(
        context, transport_kind::local, [&](net::message_port::user& user) {
          return net::make_line_port(user, context, net::byte_stream{std::move(served)}, settings);
        }));
    settle();
    return peer{net::stream_socket{loop, local_stream, ends[1]}};
  }

  static std::string line(std::string text, std::string_view end = "\n") {
    return text.append(end);
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(line_port_tests, line_fixture)

CAF_TEST(each_line_is_a_message_and_so_is_each_answer) {
  auto client = connect_lines();
  const auto greeted = exchange(client, line(initialize()));
  CAF_CHECK(greeted.ends_with("}\n"));
  CAF_CHECK_EQUAL(count(greeted, "\n"), 1u);
  CAF_CHECK_EQUAL(exchange(client, line(std::string{initialized}, "\r\n")), "");
  const auto two =
      exchange(client, line(legacy("ping", "1")) + "\r\n\n" + line(legacy("ping", "2")));
  CAF_CHECK_EQUAL(two, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"
                       "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n");
}

CAF_TEST(bytes_may_come_one_at_a_time) {
  auto client = connect_lines();
  std::string got;
  for (const char byte : line(modern("tools/list")))
    got += exchange(client, std::string(1, byte));
  CAF_CHECK_EQUAL(count(got, "\n"), 1u);
  CAF_CHECK(contains(got, "quick"));
  CAF_CHECK_EQUAL(observer.received, modern("tools/list").size() + 1);
  CAF_CHECK_EQUAL(observer.sent, got.size());
}

CAF_TEST(thousands_of_messages_at_once_are_answered_in_order) {
  auto client = connect_lines();
  std::string all = line(initialize()) + line(std::string{initialized});
  constexpr int number = 3000;
  for (int i = 1; i <= number; ++i)
    all += line(legacy("ping", std::to_string(i)));
  std::string got;
  for (std::size_t at = 0; at < all.size(); at += 50'000)
    got += exchange(client, std::string_view{all}.substr(at, 50'000));
  for (int i = 0; i < 20; ++i) // what the socket did not hold
    got += exchange(client, "");
  CAF_CHECK_EQUAL(count(got, "\n"), number + 1u);
  std::size_t at = 0;
  for (int i = 1; i <= number && at != got.npos; ++i)
    at = got.find("\"id\":" + std::to_string(i) + ",\"result\":{}", at);
  CAF_CHECK(at != got.npos);
}

CAF_TEST(a_line_that_is_too_long_is_refused_and_the_next_is_served) {
  options->endpoint.max_body_bytes = 1000;
  auto client = connect_lines();
  client.send(std::string(150'000, 'x'));
  settle();
  const auto refused = client.receive();
  CAF_CHECK_EQUAL(count(refused, "\n"), 1u);
  CAF_CHECK(contains(refused, "-32600"));
  CAF_CHECK_EQUAL(exchange(client, std::string(10'000, 'y')), "");
  CAF_CHECK(contains(exchange(client, "z\n" + line(modern("tools/list"))), "quick"));
  CAF_CHECK_EQUAL(observer.failures, std::vector{net::parse_failure::body});
}

CAF_TEST(a_last_line_without_an_end_is_a_message) {
  auto client = connect_lines();
  client.send(line(with_id("1", modern("tools/list"))) + with_id("2", modern("prompts/list")));
  client.half_close();
  settle();
  const auto all = client.receive();
  CAF_CHECK(contains(all, R"("id":1)") && contains(all, R"("id":2)"));
  CAF_CHECK(client.ended);
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::client_closed});
}

CAF_TEST(at_the_end_of_input_calls_are_answered_and_the_owner_is_told) {
  bool told = false;
  net::line_port_options settings;
  settings.on_input_end = [&told] { told = true; };
  auto client = connect_lines(settings);
  client.send(line(slow_call("1")));
  client.half_close();
  settle();
  CAF_CHECK(told);
  CAF_CHECK(!client.ended);
  finish_call(0, "at last");
  CAF_CHECK(contains(client.receive(), "at last"));
  CAF_CHECK(client.ended);
}

CAF_TEST(a_peer_that_goes_away_has_cancelled) {
  auto client = connect_lines();
  exchange(client, line(slow_call("1")));
  client.close();
  settle();
  CAF_CHECK(running().cancelled());
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::client_lost});
}

CAF_TEST(what_a_handler_tells_a_peer_that_reads_late_is_bounded) {
  auto client = connect_lines();
  client.send(line(modern_call("much"))); // 4 MiB of notifications
  settle();
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::slow_consumer});
}

CAF_TEST(a_peer_that_reads_late_gets_all_answers_and_nothing_more_is_read_meanwhile) {
  auto client = connect_lines();
  exchange(client, line(initialize()) + line(std::string{initialized}));
  std::string all;
  constexpr int number = 20'000;
  for (int i = 1; i <= number; ++i)
    all += line(legacy("ping", std::to_string(i)));
  std::string_view left = all;
  std::string got;
  bool was_held = false;
  for (int round = 0; round < 10'000 && count(got, "\n") < number; ++round) {
    left.remove_prefix(client.send_some(left));
    settle();
    if (round % 50 == 49 || left.empty()) {
      was_held = was_held || !left.empty();
      got += client.receive();
    }
  }
  CAF_CHECK(was_held);
  CAF_CHECK_EQUAL(count(got, "\n"), std::size_t{number});
  CAF_CHECK(got.ends_with("\"id\":20000,\"result\":{}}\n"));
  CAF_CHECK(observer.closed.empty());
}

CAF_TEST(a_peer_that_takes_nothing_is_given_up) {
  auto client = connect_lines();
  client.send(line(slow_call("1")));
  settle();
  finish(std::string(2'000'000, 'x'));
  advance(options->write_timeout - 1s);
  CAF_CHECK(observer.closed.empty());
  advance(1100ms);
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::write_timeout});
}

CAF_TEST(a_large_answer_arrives_whole) {
  auto client = connect_lines();
  client.send(line(slow_call("1")));
  settle();
  finish(std::string(3'000'000, 'x'));
  std::string got;
  for (int i = 0; i < 1000 && !got.ends_with('\n'); ++i) {
    got += client.receive();
    settle();
  }
  CAF_CHECK(got.size() > 3'000'000);
  CAF_CHECK_EQUAL(count(got, "\n"), 1u);
}

CAF_TEST(a_line_that_does_not_end_has_its_time_where_there_is_one) {
  net::line_port_options settings;
  settings.line_timeout = 5s;
  auto hurried = connect_lines(settings);
  auto patient = connect_lines();
  for (auto* each : {&hurried, &patient})
    exchange(*each, line(modern("tools/list")) + "{");
  advance(4s);
  exchange(hurried, "\"");
  advance(900ms);
  CAF_CHECK(observer.closed.empty());
  advance(200ms);
  CAF_CHECK_EQUAL(observer.closed, std::vector{connection_end::body_timeout});
}

CAF_TEST_FIXTURE_SCOPE_END()
