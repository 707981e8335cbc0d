// Connections that speak TLS: the handshake and its ends, records in pieces, who is let in.

#define CAF_SUITE connection_tls

#include "tests/net/tls_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using net::connection_end;

CAF_TEST_FIXTURE_SCOPE(connection_tls_tests, tls_fixture)

CAF_TEST(a_request_is_answered_over_both_versions) {
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto client = connect_over_tls({version, "", nullptr});
    exchange_tls(client, post(ping));
    answer_last(std::string{pong});
    const auto text = client.read();
    CAF_CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
    CAF_CHECK(text.ends_with(pong));
    CAF_CHECK(client.received > text.size());
  }
  CAF_CHECK_EQUAL(observer.accepted, 2);
}

CAF_TEST(older_versions_are_refused) {
  auto client = connect_tls({TLS1_1_VERSION, "", nullptr});
  CAF_CHECK(!shake_hands(client));
  client.socket.close();
  settle();
  check_end(connection_end::handshake_failed);
}

CAF_TEST(the_least_version_can_be_1_3) {
  auto options = tls_options();
  options.min_version = net::tls_version::tls_1_3;
  use(options);
  auto old = connect_tls({TLS1_2_VERSION, "", nullptr});
  CAF_CHECK(!shake_hands(old));
  CAF_CHECK_EQUAL(old.alert, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
  auto client = connect_tls();
  CAF_CHECK(shake_hands(client));
}

CAF_TEST(everything_may_come_byte_by_byte) {
  auto client = connect_tls();
  const auto send_slowly = [&] {
    const auto bytes = client.take_out();
    for (const auto byte : bytes) {
      client.socket.send({&byte, 1});
      settle();
    }
  };
  while (!client.shake_hands())
    send_slowly();
  send_slowly();
  client.write(post(ping));
  send_slowly();
  CAF_REQUIRE_EQUAL(log->posts.size(), 1u);
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.read(), pong));
}

CAF_TEST(a_first_request_may_come_with_the_end_of_the_handshake) {
  auto client = connect_tls();
  while (!client.shake_hands())
    if (const auto bytes = client.take_out(); !bytes.empty()) {
      client.socket.send(bytes);
      settle();
    }
  client.write(post(ping) + post(ping));
  flush(client);
  answer_last(std::string{pong});
  answer_last(std::string{pong});
  CAF_CHECK_EQUAL(count(client.read(), pong), 2u);
}

CAF_TEST(a_large_body_in_many_records_is_read_to_its_end) {
  auto client = connect_over_tls();
  const auto body = R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":")" +
                    std::string(300'000, 'x') + "\"}}";
  client.write(post(body));
  const auto bytes = client.take_out();
  for (std::size_t at = 0; at < bytes.size(); at += 50'000) {
    client.socket.send(std::string_view{bytes}.substr(at, 50'000));
    settle();
  }
  CAF_REQUIRE_EQUAL(log->posts.size(), 1u);
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.read(), pong));
}

CAF_TEST(what_came_during_an_exchange_is_served_after_it) {
  auto client = connect_over_tls();
  exchange_tls(client, post(ping));
  advance(1100ms); // the peer is watched now
  exchange_tls(client, post(ping) + post(ping));
  advance(1000ms);
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
  for (int i = 0; i < 3; ++i)
    answer_last(std::string{pong});
  CAF_CHECK_EQUAL(count(client.read(), pong), 3u);
}

CAF_TEST(keys_may_be_updated_at_any_time) {
  auto client = connect_over_tls();
  for (int i = 0; i < 3; ++i) {
    client.update_keys();
    exchange_tls(client, post(ping));
    client.update_keys();
    answer_last(std::string{pong});
    CAF_CHECK(contains(client.read(), pong));
  }
  open_stream(client);
  client.update_keys();
  advance(15'100ms);
  CAF_CHECK(contains(exchange_tls(client, ""), "\r\n:\n\n\r\n"));
  event("{\"a\":1}");
  CAF_CHECK(contains(client.read(), "data: {\"a\":1}"));
}

// -- the end ----------------------------------------------------------------------------------------

CAF_TEST(a_peer_that_never_shakes_hands_is_closed) {
  auto client = connect_tls();
  options->header_timeout = 60s;
  advance(9900ms);
  CAF_CHECK(observer.closed.empty());
  advance(200ms);
  check_end(connection_end::handshake_timeout);
  client.take_in();
  CAF_CHECK(client.socket.ended);
}

CAF_TEST(a_handshake_in_small_steps_has_no_longer_time) {
  auto client = connect_tls();
  client.shake_hands();
  const auto hello = client.take_out();
  for (std::size_t at = 0; at < 11; ++at) {
    client.socket.send(hello.substr(at, 1));
    settle();
    advance(1000ms);
  }
  check_end(connection_end::handshake_timeout);
}

CAF_TEST(after_the_handshake_the_head_must_come_in_time) {
  options->handshake_timeout = 60s;
  auto client = connect_over_tls();
  advance(10'100ms);
  check_end(connection_end::header_timeout);
  client.read();
  CAF_CHECK(client.was_told_the_end());
}

CAF_TEST(a_peer_that_goes_away_within_the_handshake_is_counted) {
  auto client = connect_tls();
  client.shake_hands();
  client.socket.send(client.take_out().substr(0, 20));
  client.socket.close();
  settle();
  check_end(connection_end::handshake_failed);
}

CAF_TEST(a_drain_does_not_wait_for_handshakes) {
  auto client = connect_tls();
  state->draining = true;
  caf::anon_send(connections[0], drain{});
  settle();
  check_end(connection_end::drained);
}

CAF_TEST(plain_http_is_told_what_it_should_have_been) {
  auto client = connect_tls();
  client.socket.send(post(ping) + std::string(50'000, 'x'));
  settle();
  const auto text = client.socket.receive();
  CAF_CHECK(text.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CAF_CHECK(contains(text, "https://"));
  CAF_CHECK(client.socket.ended);
  CAF_CHECK(!client.socket.was_reset);
  CAF_CHECK(log->posts.empty());
  client.socket.close();
  settle();
  check_end(connection_end::handshake_failed);
}

CAF_TEST(what_is_no_tls_at_all_is_closed) {
  for (const std::string_view bytes : {"SSH-2.0-OpenSSH\r\n", "OPTIONS /mcp HTTP/1.1\r\n\r\n"}) {
    auto client = connect_tls();
    client.socket.send(bytes);
    settle();
    client.socket.receive();
    CAF_CHECK(client.socket.ended);
    client.socket.close();
    settle();
  }
  CAF_CHECK_EQUAL(observer.closed.size(), 2u);
  for (const auto why : observer.closed)
    CAF_CHECK(why == connection_end::handshake_failed);
}

CAF_TEST(garbage_behind_a_handshake_ends_the_connection) {
  auto client = connect_over_tls();
  client.socket.send(std::string(100, '\x17'));
  settle();
  CAF_CHECK_EQUAL(observer.closed.size(), 1u);
}

CAF_TEST(an_orderly_end_is_said_in_tls_and_a_cut_off_one_is_not) {
  auto idle = connect_over_tls();
  exchange_tls(idle, post(ping));
  answer_last(std::string{pong});
  auto streaming = connect_over_tls();
  open_stream(streaming);
  advance(31s);
  caf::anon_send_exit(connections[1], caf::exit_reason::kill);
  settle();
  idle.read();
  CAF_CHECK(idle.was_told_the_end());
  streaming.read();
  CAF_CHECK(streaming.socket.ended);
  CAF_CHECK(!streaming.was_told_the_end());
}

CAF_TEST(a_peer_that_says_its_end_is_still_answered) {
  auto client = connect_over_tls();
  client.write(post(ping));
  client.say_end();
  flush(client);
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.read(), pong));
  CAF_CHECK(client.was_told_the_end());
  check_end(connection_end::client_closed);
}

CAF_TEST(a_peer_that_just_closes_is_a_client_that_closed) {
  auto client = connect_over_tls();
  client.socket.close();
  settle();
  check_end(connection_end::client_closed);
}

CAF_TEST(a_peer_that_goes_away_during_a_stream_is_noticed) {
  auto client = connect_over_tls();
  open_stream(client);
  client.socket.close();
  settle();
  check_end(connection_end::client_lost);
}

// -- what is agreed on --------------------------------------------------------------------------------

CAF_TEST(http_1_1_is_what_is_spoken) {
  using namespace std::string_literals;
  auto both = connect_over_tls({TLS1_3_VERSION, "\2h2\10http/1.1"s, nullptr});
  CAF_CHECK_EQUAL(both.alpn(), "http/1.1");
  auto neither = connect_over_tls();
  CAF_CHECK_EQUAL(neither.alpn(), "");
  auto other = connect_tls({TLS1_3_VERSION, "\2h2"s, nullptr});
  CAF_CHECK(!shake_hands(other));
  CAF_CHECK_EQUAL(other.alert, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
}

CAF_TEST(clients_may_have_to_show_a_certificate) {
  const identity authority{"authority"};
  const identity good{"client", &authority};
  const identity stranger{"stranger"};
  const identity expired{"late", {-20, -10}, &authority};
  auto options = tls_options();
  options.client_ca_file = folder.write("clients.pem", authority.certificate_pem());
  const auto works = [&](net::client_certificates mode, const identity* own, int version) {
    options.clients = mode;
    use(options);
    auto client = connect_tls({version, "", own});
    const bool shaken = shake_hands(client);
    const bool served = shaken && (exchange_tls(client, post(ping)), !log->posts.empty());
    if (served)
      answer_last(std::string{pong});
    else // whoever is refused is told so, and not just reset
      CAF_CHECK(client.alert != 0);
    log->posts.clear();
    client.socket.close();
    settle();
    return served;
  };
  using mode = net::client_certificates;
  for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAF_CHECK(works(mode::none, nullptr, version));
    CAF_CHECK(works(mode::none, &stranger, version));
    CAF_CHECK(works(mode::optional, nullptr, version));
    CAF_CHECK(works(mode::optional, &good, version));
    CAF_CHECK(!works(mode::optional, &stranger, version));
    CAF_CHECK(!works(mode::required, nullptr, version));
    CAF_CHECK(!works(mode::required, &stranger, version));
    CAF_CHECK(!works(mode::required, &expired, version));
    CAF_CHECK(works(mode::required, &good, version));
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
