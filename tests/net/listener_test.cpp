// Accepting: slots, limits, refusals, running out of descriptors, stopping. Over real TCP sockets,
// so the loop is run until something has happened, with a bound.

#define CAF_SUITE listener

#include "tests/net/connection_fixture.hpp"
#include "tests/net/no_more_descriptors.hpp"

#include <atomic>
#include <cerrno>
#include <thread>

#include <sys/socket.h>

#include <boost/asio/connect.hpp>

#include "troupe/net/listener.hpp"

using namespace troupe;
using namespace troupe::test;
using net::accept_refusal;

namespace {

struct fixture : connection_fixture {
  net::listener_options listen_options;
  net::listener_ptr listener;

  void listen(const net::tcp::endpoint& where = {boost::asio::ip::address_v4::loopback(), 0}) {
    listener = net::listener::open(context, where, listen_options);
    listener->start();
  }

  peer dial() {
    net::stream_socket socket{loop};
    socket.connect(listener->endpoint());
    socket.set_option(net::tcp::no_delay{true});
    return peer{std::move(socket)};
  }

  std::vector<peer> dial_some(std::size_t count) {
    std::vector<peer> result;
    result.reserve(count);
    while (result.size() < count)
      result.push_back(dial());
    return result;
  }

  template<class Condition>
  bool wait_for(Condition condition) {
    const auto end = clock::now() + 10s;
    while (!condition()) {
      if (clock::now() > end)
        return false;
      loop.restart();
      loop.run_for(10ms);
      settle();
    }
    return true;
  }

  /// Everything until the server closes.
  std::string receive_all(peer& from) {
    std::string result;
    CAF_CHECK(wait_for([&] {
      result += from.receive();
      return from.ended;
    }));
    return result;
  }

  ~fixture() override {
    if (listener)
      listener->stop();
    loop.restart();
    loop.poll();
    // Connections that the listener made are known to nobody here: their peers are gone.
    wait_for([&] { return state->limits.used(limit::connections) == 0; });
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(listener_tests, fixture)

CAF_TEST(a_connection_is_accepted_and_served) {
  listen();
  CAF_CHECK(listener->endpoint().port() != 0);
  auto client = dial();
  CAF_REQUIRE(wait_for([&] { return observer.accepted == 1; }));
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 1u);
  client.send(post(ping));
  CAF_REQUIRE(wait_for([&] { return log->posts.size() == 1; }));
  answer_last(std::string{pong});
  std::string answer;
  CAF_CHECK(wait_for([&] {
    answer += client.receive();
    return contains(answer, pong);
  }));
  client.close();
  CAF_CHECK(wait_for([&] { return state->limits.used(limit::connections) == 0; }));
}

CAF_TEST(a_connection_of_another_thread_is_taken_into_a_slot_or_sent_back) {
  listen();
  const auto told = std::make_shared<std::vector<std::string>>();
  const auto origin = sys.spawn([told](caf::event_based_actor*) -> caf::behavior {
    return {[told](const net::connection_move&) { told->push_back("back"); },
            [told](const net::connection_left& left) {
              told->push_back(left.arrived ? "arrived" : "lost");
            }};
  });
  const auto move = [&](int socket) {
    listener->take({std::make_shared<net::moving_connection>(
        net::detached_stream{socket, local_stream, nullptr}, origin)});
    settle();
  };
  std::array<int, 2> ends{};
  CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  peer client{net::stream_socket{loop, local_stream, ends[1]}};
  client.send(post(ping));
  move(ends[0]);
  CAF_CHECK_EQUAL(*told, std::vector<std::string>{"arrived"});
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 1u);
  CAF_CHECK_EQUAL(log->posts.size(), 1u); // sent before it came
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.receive(), pong));

  told->clear();
  for (int i = 0; i < 3; ++i)
    CAF_REQUIRE(state->limits.try_acquire(limit::connections));
  move(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CAF_REQUIRE(!told->empty());
  CAF_CHECK_EQUAL(told->front(), "back");
  for (int i = 0; i < 3; ++i)
    state->limits.release(limit::connections);

  told->clear();
  move(-1); // a socket that no loop takes
  CAF_CHECK_EQUAL(*told, std::vector<std::string>{"lost"});
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 1u);
  client.close();
  caf::anon_send_exit(origin, caf::exit_reason::kill);
  settle();
}

CAF_TEST(ipv6_is_served_as_well) {
  try {
    listen({boost::asio::ip::address_v6::loopback(), 0});
  } catch (const boost::system::system_error&) {
    return; // a machine without IPv6
  }
  auto client = dial();
  CAF_CHECK(wait_for([&] { return observer.accepted == 1; }));
}

CAF_TEST(listeners_of_several_threads_share_a_port_and_strangers_are_noticed) {
  listen();
  const auto second = net::listener::open(context, listener->endpoint(), listen_options);
  CAF_CHECK_EQUAL(second->endpoint().port(), listener->endpoint().port());
  second->stop();
  bool is_free = true;
  try {
    net::listener::require_free(listener->endpoint());
  } catch (const boost::system::system_error& error) {
    is_free = false;
    CAF_CHECK(error.code() == boost::asio::error::address_in_use);
  }
  CAF_CHECK(!is_free);
  const auto endpoint = listener->endpoint();
  listener->stop();
  net::listener::require_free(endpoint);
}

// A client that came while a server started was connected for a moment, and then reset.
CAF_TEST(whether_a_port_is_free_is_asked_without_letting_anybody_connect) {
  listen();
  const auto endpoint = listener->endpoint();
  listener->stop();
  std::atomic<bool> done{false};
  std::atomic<int> connected{0};
  std::thread client{[&] {
    boost::asio::io_context loop;
    while (!done) {
      net::tcp::socket socket{loop, net::tcp::v4()};
      // From another address: a socket that is given the wanted port would connect to itself.
      socket.bind({boost::asio::ip::make_address_v4("127.0.0.2"), 0});
      boost::system::error_code error;
      socket.connect(endpoint, error);
      if (!error)
        ++connected;
    }
  }};
  for (int i = 0; i < 500; ++i)
    net::listener::require_free(endpoint);
  done = true;
  client.join();
  CAF_CHECK_EQUAL(connected, 0);
}

CAF_TEST(over_the_limit_a_client_is_told_which_limit_it_is) {
  listen();
  auto served = dial_some(4);
  CAF_REQUIRE(wait_for([&] { return observer.accepted == 4; }));
  auto late = dial();
  late.send(post(ping));
  settle();
  CAF_CHECK(observer.refused.empty()); // the registry has not answered
  CAF_CHECK(wait_for([&] {
    state->limits.granted(limit::connections, 0);
    return !observer.refused.empty();
  }));
  const auto answer = receive_all(late);
  CAF_CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CAF_CHECK(contains(answer, "Retry-After: 5\r\n"));
  CAF_CHECK(contains(answer, "limit of connections"));
  CAF_CHECK(!late.was_reset);
  CAF_CHECK(observer.refused == std::vector{accept_refusal::connection_limit});
}

CAF_TEST(a_connection_waits_while_the_registry_is_asked_and_is_served_then) {
  listen();
  auto served = dial_some(4);
  CAF_REQUIRE(wait_for([&] { return observer.accepted == 4; }));
  auto late = dial();
  settle();
  state->limits.granted(limit::connections, 1);
  CAF_CHECK(wait_for([&] { return observer.accepted == 5; }));
  served.clear();
}

CAF_TEST(refusals_are_limited_in_rate) {
  listen_options.max_refusals_per_second = 2;
  listen();
  auto clients = dial_some(4 + 5);
  const auto grant_nothing = [&] { state->limits.granted(limit::connections, 0); };
  CAF_CHECK(wait_for([&] {
    grant_nothing();
    return observer.refused.size() == 2;
  }));
  const auto since = clock::now();
  CAF_CHECK(wait_for([&] {
    grant_nothing();
    return observer.refused.size() > 2;
  }));
  CAF_CHECK(clock::now() - since > 500ms);
}

CAF_TEST(without_descriptors_accepting_pauses_and_goes_on_later) {
  listen_options.accept_pause = 10ms;
  listen();
  auto client = dial();
  auto second = net::stream_socket{loop, boost::asio::generic::stream_protocol{net::tcp::v4()}};
  CAF_REQUIRE(wait_for([&] { return observer.accepted == 1; }));
  {
    const no_more_descriptors none;
    second.connect(listener->endpoint());
    CAF_CHECK(wait_for([&] { return observer.refused.size() >= 2; }));
    CAF_CHECK(observer.refused[0] == accept_refusal::descriptors);
  }
  CAF_CHECK(wait_for([&] { return observer.accepted == 2; }));
}

CAF_TEST(an_exception_ends_the_shard_and_not_the_process) {
  std::string reason;
  state->shard = sys.spawn([&](caf::event_based_actor* shard) -> caf::behavior {
    shard->set_exit_handler([&reason, shard](caf::exit_msg& message) {
      reason = shard->system().render(message.reason);
      shard->quit();
    });
    return {[](int) {}};
  });
  observer.broken = true;
  listen();
  auto served = dial_some(4);
  CAF_REQUIRE(wait_for([&] { return observer.accepted == 4; }));
  const auto late = dial();
  CAF_CHECK(wait_for([&] {
    state->limits.granted(limit::connections, 0);
    return !reason.empty();
  }));
  CAF_CHECK(contains(reason, "the listener threw: the observer is broken"));
  state->shard = nullptr;
  served.clear();
}

CAF_TEST(a_drain_serves_who_has_connected_and_nobody_else) {
  listen();
  const auto endpoint = listener->endpoint();
  auto queued = dial(); // the loop has not run: nobody has accepted it
  bool closed = false;
  state->draining = true;
  listener->drain([&] { closed = true; });
  CAF_CHECK_EQUAL(observer.accepted, 1u);
  CAF_CHECK(!closed);
  net::stream_socket late{loop};
  late.open(endpoint.protocol());
  late.native_non_blocking(true);
  const auto length = static_cast<socklen_t>(endpoint.size());
  const auto problem = ::connect(late.native_handle(), endpoint.data(), length) == 0 ? 0 : errno;
  CAF_CHECK_EQUAL(problem, EINPROGRESS);
  net::error_code error;
  queued.send(post(ping));
  CAF_CHECK(contains(receive_all(queued), "503 Service Unavailable"));
  CAF_CHECK(wait_for([&] { return closed; }));
  CAF_CHECK_EQUAL(observer.accepted, 1u);
  CAF_CHECK(log->posts.empty());
  net::stream_socket refused{loop};
  refused.connect(endpoint, error);
  CAF_CHECK(error == boost::asio::error::connection_refused);
}

CAF_TEST(a_drain_closes_the_port_although_nobody_can_be_accepted) {
  listen();
  auto queued = dial();
  no_more_descriptors lowered;
  bool closed = false;
  state->draining = true;
  listener->drain([&] { closed = true; });
  CAF_CHECK(wait_for([&] { return closed; }));
  CAF_CHECK_EQUAL(observer.accepted, 0u);
}

CAF_TEST(after_stop_nobody_is_accepted) {
  listen();
  const auto endpoint = listener->endpoint();
  listener->stop();
  settle();
  net::stream_socket socket{loop};
  net::error_code error;
  socket.connect(endpoint, error);
  CAF_CHECK(error == boost::asio::error::connection_refused);
}

CAF_TEST_FIXTURE_SCOPE_END()
