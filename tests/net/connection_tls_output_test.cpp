// TLS to a socket that takes little or nothing: a record that is half written stays what it is.

#define CAF_SUITE connection_tls_output

#include "tests/net/tls_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

namespace {

/// Different everywhere, so that bytes that are lost, doubled or in the wrong place show.
std::string large_text(std::size_t size) {
  std::string result;
  for (std::size_t i = 0; result.size() < size; ++i)
    result += std::to_string(i) + ',';
  result.resize(size);
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(connection_tls_output_tests, tls_fixture)

CAF_TEST(a_handshake_waits_for_a_socket_that_takes_nothing) {
  auto options = tls_options();
  std::string chain = server.certificate_pem();
  for (int i = 0; i < 40; ++i)
    chain += identity{"authority " + std::to_string(i)}.certificate_pem();
  folder.write("server.pem", chain);
  use(options);
  auto client = connect_tls({}, 1);
  client.shake_hands();
  flush(client);
  int steps = 0;
  for (bool done = false; !done && steps < 1000; ++steps) {
    client.take_in(1);
    settle();
    done = client.shake_hands();
  }
  CAF_CHECK(steps > 1);
  flush(client);
  exchange_tls(client, post(ping));
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.read(), pong));
}

CAF_TEST(megabytes_reach_a_slow_reader_unharmed) {
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto client = connect_over_tls({version, "", nullptr});
    exchange_tls(client, post(ping));
    const auto text = large_text(8'000'000);
    answer_last(text);
    std::string received;
    for (int i = 0; i < 10'000 && !received.ends_with(text.substr(text.size() - 20)); ++i) {
      client.take_in(1);
      settle();
      received += client.read();
      settle();
    }
    CAF_CHECK(received.size() > text.size());
    CAF_CHECK(received.ends_with(text));
  }
}

CAF_TEST(events_that_come_while_a_record_is_half_written_follow_it) {
  auto client = connect_over_tls();
  open_stream(client);
  std::string expected;
  std::size_t sent = 0;
  // Small and large ones, until the socket takes no more, and then some that wait in the queue.
  for (int i = 0; sent < 900'000; ++i) {
    auto json = "\"" + std::to_string(i) + ':' + large_text(i % 7 == 0 ? 40'000 : 50) + '"';
    sent += json.size();
    expected += json;
    event(std::move(json));
  }
  CAF_CHECK(observer.closed.empty());
  std::string received;
  for (int i = 0; i < 1000; ++i) {
    client.take_in(1);
    settle();
    received += client.read();
    settle();
  }
  std::string found;
  for (auto at = received.find("data: "); at != std::string::npos;
       at = received.find("data: ", at)) {
    at += 6;
    found += received.substr(at, received.find('\n', at) - at);
  }
  CAF_CHECK_EQUAL(found.size(), expected.size());
  CAF_CHECK(found == expected);
}

CAF_TEST(small_pieces_become_one_record) {
  use(tls_options());
  std::array<int, 2> ends{};
  CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  const net::stream_socket served{loop, local_stream, ends[0]};
  net::tls_session session{*tls, ends[0]};
  tls_client client{peer{net::stream_socket{loop, local_stream, ends[1]}}, {}};
  net::error_code error = boost::asio::error::would_block;
  while (error) {
    client.shake_hands();
    client.socket.send(client.take_out());
    session.handshake(error);
  }
  client.read();
  const std::string piece = "ten bytes.";
  const std::vector<boost::asio::const_buffer> pieces(100, boost::asio::buffer(piece));
  const auto before = client.received;
  CAF_CHECK_EQUAL(session.write(pieces, error), 1000u);
  CAF_CHECK(!error);
  CAF_CHECK_EQUAL(client.read().size(), 1000u);
  CAF_CHECK(client.received - before < 1000 + 40);
}

CAF_TEST(a_peer_that_takes_nothing_is_cut_off) {
  auto client = connect_over_tls();
  exchange_tls(client, post(ping));
  answer_last(std::string(8'000'000, 'z'));
  advance(29'900ms);
  CAF_CHECK(observer.closed.empty());
  advance(200ms);
  check_end(connection_end::write_timeout);
}

CAF_TEST(a_peer_that_went_away_does_not_end_the_process) {
  auto client = connect_over_tls();
  exchange_tls(client, post(ping));
  client.socket.close();
  answer_last(std::string(8'000'000, 'z')); // a write to a closed socket is SIGPIPE by default
  check_end(connection_end::client_lost);
}

CAF_TEST_FIXTURE_SCOPE_END()
