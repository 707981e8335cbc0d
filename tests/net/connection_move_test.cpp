// An idle connection goes to the thread of the session that it keeps asking for, and nothing is lost on
// the way: whoever takes it finds what the client has sent meanwhile.

#define CAF_SUITE connection_move

#include "tests/net/connection_fixture.hpp"

#include <deque>
#include <optional>

#include "troupe/actors/has_ended.hpp"
#include "troupe/net/moving_connection.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr int crossings = 16;
constexpr std::string_view request_two = R"({"jsonrpc":"2.0","id":2,"method":"ping"})";

/// The shard of another thread: writes down what it is asked to take.
caf::behavior taking_shard(caf::event_based_actor*, std::shared_ptr<std::vector<routed>> asked,
                           std::shared_ptr<std::deque<net::connection_move>> moves) {
  return {[asked](const routed& message) { asked->push_back(message); },
          [moves](const net::connection_move& move) { moves->push_back(move); }};
}

struct two_threads : connection_fixture {
  std::shared_ptr<std::deque<net::connection_move>> moves =
      std::make_shared<std::deque<net::connection_move>>();
  protocol::session_id elsewhere = protocol::make_session_id(2, 1);
  protocol::session_id here = protocol::make_session_id(2, 0);

  two_threads() : connection_fixture(2) {
    caf::anon_send_exit(state->shards[1], caf::exit_reason::kill);
    state->shards[1] = sys.spawn(taking_shard, remote, moves);
    state->sessions.clear();
    state->sessions.emplace(here, session);
    settle();
  }
  ~two_threads() override { moves->clear(); }

  std::string ask(const protocol::session_id& whom, std::string_view body = ping) {
    id = whom;
    return post(body);
  }
  void answer_remote() {
    const auto asked = remote->back();
    answer(asked.transport, reply{asked.exchange, 200, std::string{pong}, {}, 0});
  }
  void cross(peer& client, int times) {
    for (int i = 0; i < times; ++i) {
      CAF_CHECK_EQUAL(exchange(client, ask(elsewhere)), "");
      answer_remote();
      CAF_CHECK(contains(client.receive(), pong));
    }
  }
  /// The other thread takes the first of those that came.
  std::optional<net::byte_stream> take() {
    net::byte_stream into{net::stream_socket{loop}};
    net::error_code error;
    moves->front().connection->arrive(into, error);
    CAF_CHECK(!error);
    moves->pop_front();
    settle();
    return into;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(connection_move_tests, two_threads)

CAF_TEST(a_connection_moves_when_its_requests_keep_crossing) {
  auto client = connect();
  cross(client, crossings - 1);
  CAF_CHECK_EQUAL(moves->size(), 0u);
  cross(client, 1);
  CAF_CHECK_EQUAL(moves->size(), 1u);
}

CAF_TEST(the_other_thread_finds_what_was_sent_meanwhile) {
  auto client = connect();
  cross(client, crossings);
  CAF_CHECK_EQUAL(exchange(client, "a request"), "");
  auto taken = take();
  std::string bytes(100, '\0');
  net::error_code error;
  bytes.resize(taken->read(boost::asio::buffer(bytes), error));
  CAF_CHECK_EQUAL(bytes, "a request");
  taken->write(boost::asio::buffer("an answer", 9), error);
  CAF_CHECK_EQUAL(client.receive(), "an answer");
}

CAF_TEST(the_slot_is_free_and_nothing_closed_once_it_has_gone) {
  auto client = connect();
  cross(client, crossings);
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 1u);
  CAF_CHECK_EQUAL(observer.left, 0);
  const auto taken = take();
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 0u);
  CAF_CHECK_EQUAL(observer.left, 1);
  CAF_CHECK_EQUAL(observer.closed.size(), 0u);
  CAF_CHECK(has_ended(connections[0]));
}

CAF_TEST(requests_of_sessions_of_both_threads_keep_it_where_it_is) {
  auto client = connect();
  for (int i = 0; i < 3; ++i) {
    cross(client, crossings - 1);
    CAF_CHECK_EQUAL(exchange(client, ask(here)), "");
    answer_last(std::string{pong});
    CAF_CHECK(contains(client.receive(), pong));
  }
  CAF_CHECK_EQUAL(moves->size(), 0u);
}

CAF_TEST(a_connection_with_a_request_behind_the_answered_one_does_not_move) {
  auto client = connect();
  cross(client, crossings - 1);
  CAF_CHECK_EQUAL(exchange(client, ask(elsewhere) + ask(elsewhere, request_two)), "");
  answer_remote(); // the first, and the second is read
  CAF_CHECK_EQUAL(moves->size(), 0u);
  answer_remote();
  CAF_CHECK_EQUAL(count(client.receive(), pong), 2u);
  CAF_CHECK_EQUAL(moves->size(), 1u);
}

CAF_TEST(a_connection_for_which_there_is_no_slot_comes_back_and_goes_on) {
  auto client = connect();
  cross(client, crossings);
  CAF_CHECK_EQUAL(exchange(client, ask(elsewhere)), "");
  net::send_back(moves->front());
  moves->clear();
  settle();
  answer_remote(); // what was sent meanwhile has been read
  CAF_CHECK(contains(client.receive(), pong));
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 1u);
  cross(client, crossings - 2);
  CAF_CHECK_EQUAL(moves->size(), 0u);
  cross(client, 1); // it tries again, and not at once
  CAF_CHECK_EQUAL(moves->size(), 1u);
}

CAF_TEST(a_connection_that_gets_lost_with_a_thread_is_closed) {
  auto client = connect();
  cross(client, crossings);
  moves->clear();
  settle();
  CAF_CHECK_EQUAL(client.receive(), "");
  CAF_CHECK(client.ended);
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 0u);
  CAF_REQUIRE_EQUAL(observer.closed.size(), 1u);
  CAF_CHECK(observer.closed[0] == net::connection_end::failed);
}

CAF_TEST(a_thread_that_does_not_answer_gets_its_slot_counted_no_longer_than_an_answer_may_take) {
  auto client = connect();
  cross(client, crossings);
  advance(options->answer_timeout + 100ms);
  CAF_CHECK_EQUAL(state->limits.used(limit::connections), 0u);
  net::send_back(moves->front()); // nobody is there any more
  moves->clear();
  settle();
  CAF_CHECK_EQUAL(client.receive(), "");
  CAF_CHECK(client.ended);
}

CAF_TEST(a_node_that_drains_waits_for_a_connection_on_its_way) {
  auto client = connect();
  cross(client, crossings);
  caf::anon_send(connections[0], drain{});
  settle();
  CAF_CHECK_EQUAL(observer.closed.size(), 0u);
  net::send_back(moves->front());
  moves->clear();
  advance(options->drain_linger + 100ms);
  CAF_CHECK(client.receive().empty());
  CAF_CHECK(client.ended);
  CAF_REQUIRE_EQUAL(observer.closed.size(), 1u);
  CAF_CHECK(observer.closed[0] == net::connection_end::drained);
}

CAF_TEST(a_connection_does_not_go_to_a_thread_that_has_failed) {
  auto client = connect();
  cross(client, crossings - 1);
  CAF_CHECK_EQUAL(exchange(client, ask(elsewhere)), "");
  caf::anon_send_exit(state->shards[1], caf::exit_reason::kill);
  settle();
  answer_remote();
  CAF_CHECK(contains(client.receive(), pong));
  CAF_CHECK_EQUAL(exchange(client, ask(here)), "");
  CAF_CHECK_EQUAL(log->posts.size(), 1u);
}

CAF_TEST(a_connection_from_another_thread_is_served_like_one_that_waits_for_its_next_request) {
  std::array<int, 2> ends{};
  CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  peer client{net::stream_socket{loop, local_stream, ends[1]}};
  CAF_REQUIRE(state->limits.try_acquire(limit::connections));
  connections.push_back(net::spawn_connection(
      context, net::byte_stream{net::stream_socket{loop, local_stream, ends[0]}},
      net::connection_origin::other_thread));
  settle();
  CAF_CHECK_EQUAL(observer.accepted, 0);
  CAF_CHECK_EQUAL(observer.arrived, 1);
  CAF_CHECK_EQUAL(exchange(client, ask(here)), "");
  answer_last(std::string{pong});
  CAF_CHECK(contains(client.receive(), pong));
  advance(options->keep_alive_timeout + 100ms);
  CAF_REQUIRE_EQUAL(observer.closed.size(), 1u);
  CAF_CHECK(observer.closed[0] == net::connection_end::keep_alive_timeout);
}

CAF_TEST_FIXTURE_SCOPE_END()
