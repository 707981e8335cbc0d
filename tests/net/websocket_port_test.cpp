#define CAF_SUITE websocket_port
#include "tests/net/connection_fixture.hpp"
#include "troupe/net/websocket_port.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// Writes down what it is told, and answers each message with itself.
class echoing_user final : public net::message_port::user {
public:
  explicit echoing_user(caf::actor alive) : alive_(std::move(alive)) {}

  void activate(const std::function<void()>& step) override {
    if (closed)
      return;
    step();
    if (!closed)
      port->flush();
  }
  caf::strong_actor_ptr keep_alive() noexcept override {
    return caf::actor_cast<caf::strong_actor_ptr>(alive_);
  }
  void on_message(std::string_view text) override {
    messages.emplace_back(text);
    if (hold_after == messages.size())
      port->hold_input(true);
    if (echoes)
      port->send(text);
  }
  void on_bad_message(std::int32_t, std::string_view) override { CAF_FAIL("not for WebSockets"); }
  void on_input_end() override { CAF_FAIL("not for WebSockets"); }
  void on_closed(net::connection_end why) override { closed = why; }

  std::unique_ptr<net::websocket_port> port;
  std::vector<std::string> messages;
  std::size_t hold_after = 0;
  bool echoes = true;
  std::optional<net::connection_end> closed;

private:
  caf::actor alive_;
};

std::string masked(int first, std::string_view payload) {
  std::string result(1, static_cast<char>(first));
  if (payload.size() < 126) {
    result += static_cast<char>(0x80 | payload.size());
  } else {
    result += static_cast<char>(0xFE);
    result += static_cast<char>(static_cast<unsigned char>(payload.size() >> 8));
    result += static_cast<char>(static_cast<unsigned char>(payload.size()));
  }
  result += "mask";
  for (std::size_t i = 0; i < payload.size(); ++i)
    result += static_cast<char>(payload[i] ^ "mask"[i % 4]);
  return result;
}

std::string text(std::string_view payload) {
  return masked(0x81, payload);
}

std::string close_frame(int code) {
  return masked(0x88, std::string{static_cast<char>(code >> 8), static_cast<char>(code)});
}

/// As the server sends it.
std::string served(int first, std::string_view payload) {
  std::string result(1, static_cast<char>(first));
  if (payload.size() < 126) {
    result += static_cast<char>(payload.size());
  } else {
    result += static_cast<char>(0x7E);
    result += static_cast<char>(static_cast<unsigned char>(payload.size() >> 8));
    result += static_cast<char>(static_cast<unsigned char>(payload.size()));
  }
  return result + std::string{payload};
}

/// The code of a close frame at the end of what came, or 0.
int close_code(std::string_view bytes) {
  for (std::size_t at = 0; at + 2 <= bytes.size();) {
    const std::size_t size = static_cast<unsigned char>(bytes[at + 1]);
    CAF_REQUIRE(size < 126);
    if (static_cast<unsigned char>(bytes[at]) == 0x88)
      return size < 2 ? 1005
                      : static_cast<unsigned char>(bytes[at + 2]) << 8 |
                            static_cast<unsigned char>(bytes[at + 3]);
    at += 2 + size;
  }
  return 0;
}

struct websocket_fixture : connection_fixture {
  ~websocket_fixture() override {
    for (const auto& each : users) {
      each->port->abort();
      each->closed = net::connection_end::failed;
    }
    settle(); // what was pending comes back
  }

  peer open(std::string answer = {}, std::string received = {}) {
    std::array<int, 2> ends{};
    CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    net::byte_stream stream{net::stream_socket{loop, local_stream, ends[0]}};
    net::error_code error;
    stream.make_non_blocking(error);
    user = users.emplace_back(std::make_unique<echoing_user>(session)).get();
    user->port =
        std::make_unique<net::websocket_port>(context, *user,
                                              net::websocket_upgrade{std::move(stream),
                                                                     std::move(answer),
                                                                     net::outgoing{*context},
                                                                     std::move(received),
                                                                     {}});
    user->activate([&] { user->port->start(); });
    settle();
    return peer{net::stream_socket{loop, local_stream, ends[1]}};
  }

  /// Time passes for a port, as its user's timer makes it.
  void pass(std::chrono::milliseconds time) {
    const auto end = state->timers.now() + time;
    while (!user->closed && state->timers.now() < end) {
      state->timers.advance(std::min(end, state->timers.now() + 50ms));
      if (user->port->deadline() <= state->timers.now())
        user->activate([&] { user->port->on_time(state->timers.now()); });
      settle();
    }
  }

  void close(net::port_close why, net::connection_end as) {
    user->activate([&] { user->port->close(why, as); });
    settle();
  }

  std::vector<std::unique_ptr<echoing_user>> users;
  echoing_user* user = nullptr; ///< the latest
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(websocket_port_tests, websocket_fixture)

CAF_TEST(the_answer_comes_first_and_what_was_received_is_looked_at) {
  auto client = open("HTTP/1.1 101\r\n\r\n", text("early"));
  CAF_CHECK_EQUAL(client.receive(), "HTTP/1.1 101\r\n\r\n" + served(0x81, "early"));
}

CAF_TEST(messages_come_whole_however_they_are_cut) {
  auto client = open();
  const auto bytes = text("one") + masked(0x01, "tw") + masked(0x89, "p") + masked(0x80, "o") +
                     text(std::string(5000, 'x'));
  for (const char byte : bytes) {
    client.send({&byte, 1});
    settle();
  }
  CAF_CHECK_EQUAL(client.receive(), served(0x81, "one") + served(0x8A, "p") + served(0x81, "two") +
                                        served(0x81, std::string(5000, 'x')));
  CAF_CHECK_EQUAL(user->messages.size(), 3u);
}

CAF_TEST(many_messages_leave_in_one_write) {
  auto client = open();
  std::string bytes;
  for (int i = 0; i < 50; ++i)
    bytes += text("m" + std::to_string(i));
  client.send(bytes);
  settle();
  CAF_CHECK_EQUAL(user->messages.size(), 50u);
  CAF_CHECK_EQUAL(count(client.receive(), "\x81"), 50u);
}

CAF_TEST(connections_share_codecs_and_nothing_else) {
  auto first = open();
  auto second = open();
  first.send(masked(0x01, "first, "));
  settle();
  second.send(text("second"));
  settle();
  CAF_CHECK_EQUAL(second.receive(), served(0x81, "second"));
  first.send(masked(0x80, "later"));
  settle();
  CAF_CHECK_EQUAL(first.receive(), served(0x81, "first, later"));
}

CAF_TEST(held_input_is_kept_and_looked_at_later) {
  auto client = open();
  user->hold_after = 1;
  client.send(text("one") + text("two") + text("three"));
  settle();
  CAF_CHECK_EQUAL(user->messages.size(), 1u);
  client.send(text("four"));
  settle();
  CAF_CHECK_EQUAL(user->messages.size(), 1u);
  user->activate([&] { user->port->hold_input(false); });
  settle();
  CAF_CHECK(user->messages == (std::vector<std::string>{"one", "two", "three", "four"}));
}

CAF_TEST(a_silent_peer_gets_a_ping_and_is_given_up_when_it_stays_silent) {
  auto client = open();
  pass(29s);
  CAF_CHECK_EQUAL(client.receive(), "");
  pass(2s);
  CAF_CHECK_EQUAL(client.receive(), served(0x89, ""));
  client.send(masked(0x8A, ""));
  settle();
  pass(29s);
  CAF_CHECK_EQUAL(client.receive(), "");
  pass(20s);
  CAF_CHECK(!user->closed);
  pass(4s);
  CAF_CHECK(user->closed == net::connection_end::keep_alive_timeout);
}

CAF_TEST(a_message_must_arrive_in_time) {
  auto client = open();
  client.send(masked(0x01, "never ends"));
  settle();
  for (int i = 0; i < 31; ++i) {
    client.send(masked(0x8A, ""));
    settle();
    pass(1s);
  }
  CAF_CHECK_EQUAL(close_code(client.receive()), 1008);
  CAF_CHECK(observer.closes_sent == std::vector<std::uint16_t>{1008});
}

CAF_TEST(the_peers_close_is_echoed_and_ends_the_connection) {
  auto client = open();
  client.send(text("bye") + close_frame(1001) + text("behind"));
  settle();
  CAF_CHECK_EQUAL(client.receive(), served(0x81, "bye") + served(0x88, std::string("\x03\xE9", 2)));
  CAF_CHECK(user->closed == net::connection_end::client_closed);
  CAF_CHECK(observer.closes_received == std::vector<std::uint16_t>{1001});
  CAF_CHECK(client.ended);
}

CAF_TEST(our_close_waits_for_the_peers) {
  auto client = open();
  user->activate([&] {
    user->port->send("last");
    user->port->close(net::port_close::going_away, net::connection_end::drained);
    user->port->send("too late");
  });
  settle();
  const auto sent = client.receive();
  CAF_CHECK(sent.starts_with(served(0x81, "last")));
  CAF_CHECK_EQUAL(close_code(sent), 1001);
  CAF_CHECK(!user->closed);
  client.send(text("on its way") + close_frame(1001));
  settle();
  CAF_CHECK(user->closed == net::connection_end::drained);
  CAF_CHECK_EQUAL(user->messages.size(), 0u);
}

CAF_TEST(a_peer_that_does_not_answer_the_close_is_left) {
  auto client = open();
  close(net::port_close::normal, net::connection_end::completed);
  CAF_CHECK_EQUAL(close_code(client.receive()), 1000);
  client.send(text("more"));
  pass(4s);
  CAF_CHECK(!user->closed);
  pass(2s);
  CAF_CHECK(user->closed == net::connection_end::completed);
}

CAF_TEST(reasons_have_their_codes) {
  for (const auto& [why, code] :
       {std::pair{net::port_close::policy, 1008}, std::pair{net::port_close::failed, 1011}}) {
    auto client = open();
    close(why, net::connection_end::failed);
    CAF_CHECK_EQUAL(close_code(client.receive()), code);
  }
}

CAF_TEST(what_is_wrong_is_told_and_the_rest_dropped) {
  const std::pair<std::string, int> cases[] = {
      {masked(0x82, "binary"), 1003},
      {masked(0x83, ""), 1002},
      {text("\xFF"), 1007},
      {masked(0x01, "\xC3") + masked(0x80, ""), 1007},
      {masked(0x88, "x"), 1002},
      {std::string("\x81\xFF\0\0\0\1\0\0\0\0mask", 14), 1009},
      {std::string("\x81\xFF\x80\0\0\0\0\0\0\0mask", 14), 1002},
  };
  for (const auto& [bytes, code] : cases) {
    auto client = open();
    client.send(bytes + text("behind"));
    settle();
    CAF_CHECK_EQUAL(close_code(client.receive()), code);
    CAF_CHECK(client.ended); // no more will come, but what we send is still taken
    CAF_CHECK(!user->closed && user->messages.empty());
    client.close();
    settle();
    CAF_CHECK(user->closed == net::connection_end::refused);
  }
}

CAF_TEST(a_peer_that_leaves_without_a_word_is_lost) {
  auto client = open();
  client.close();
  settle();
  CAF_CHECK(user->closed == net::connection_end::client_lost);
  auto other = open();
  other.half_close();
  settle();
  CAF_CHECK(user->closed == net::connection_end::client_lost);
}

CAF_TEST(a_peer_that_takes_nothing_is_not_read_and_then_left) {
  auto client = open();
  user->echoes = false;
  const auto large = make_frame(std::string(60'000, 'x'));
  for (int i = 0; i < 20; ++i)
    user->activate([&] { user->port->send(large); });
  settle();
  CAF_CHECK(user->port->waiting_bytes() > 64 * 1024);
  client.send(text("unread"));
  settle();
  CAF_CHECK(user->messages.empty());
  client.receive();
  settle();
  for (int i = 0; i < 20; ++i, settle())
    client.receive();
  CAF_CHECK_EQUAL(user->port->waiting_bytes(), 0u);
  CAF_CHECK_EQUAL(user->messages.size(), 1u);
  for (int i = 0; i < 20; ++i)
    user->activate([&] { user->port->send(large); });
  pass(31s);
  CAF_CHECK(user->closed == net::connection_end::write_timeout);
}

CAF_TEST(a_flood_of_pings_does_not_pile_up) {
  auto client = open();
  std::string pings;
  for (int i = 0; i < 150; ++i)
    pings += masked(0x89, std::string(125, 'p'));
  client.send(pings);
  settle();
  const auto sent = client.receive();
  CAF_CHECK_EQUAL(count(sent, "\x8A"), 100u);
  CAF_CHECK_EQUAL(observer.closes_sent.at(0), 1008);
}

CAF_TEST_FIXTURE_SCOPE_END()
