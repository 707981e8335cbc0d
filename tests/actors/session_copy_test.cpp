// When a session is copied to another node, what of it, and to which.

#define CAF_SUITE session_copy

#include "tests/actors/copy_fixture.hpp"
#include "troupe/actors/copied_image.hpp"
#include "troupe/actors/copy_queue.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr auto ping = R"({"jsonrpc":"2.0","id":7,"method":"ping"})";
constexpr auto level =
    R"({"jsonrpc":"2.0","id":8,"method":"logging/setLevel","params":{"level":"error"}})";

struct fixture : copy_fixture {
  caf::actor two = sys.spawn(other_node, others[2]);
  caf::actor three = sys.spawn(other_node, others[3]);

  ~fixture() override {
    for (const auto& one : {two, three})
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
  }

  /// Until changes have waited for others.
  void wait() { pass(150ms); }

  /// A session whose first copy is kept on node 2.
  caf::actor copied() {
    connect({{2, two}});
    auto session = ready();
    wait();
    CAF_REQUIRE_EQUAL(others[2]->copies.size(), 1u);
    answer(2);
    others[2]->copies.clear();
    return session;
  }

  session_copy next_copy(protocol::node_number from = 2) {
    CAF_REQUIRE_EQUAL(others[from]->copies.size(), 1u);
    auto copy = others[from]->copies.front();
    others[from]->copies.pop_front();
    return copy;
  }

  void tell(const caf::actor& session, const std::string& text) {
    caf::anon_send(session, deliver{make_frame("{\"n\":\"" + text + "\"}")});
    run();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_copy_tests, fixture)

CAF_TEST(a_new_session_is_copied_once_and_whole) {
  connect({{2, two}});
  const auto session = ready();
  CAF_CHECK(others[2]->copies.empty()); // changes wait for each other
  CAF_CHECK(copies.behind_since != time_point{});
  wait();
  const auto copy = next_copy();
  CAF_CHECK(copy.whole);
  CAF_CHECK_EQUAL(copy.image->client_name, "test");
  CAF_CHECK(copy.image->ready);
  CAF_CHECK_EQUAL(copy.image->version, 1u);
  answer(2);
  CAF_CHECK(copies.sent == std::vector{copy_outcome::kept});
  CAF_CHECK(copies.behind_since == time_point{});
  wait();
  CAF_CHECK(others[2]->copies.empty());
}

CAF_TEST(requests_that_are_answered_at_once_change_nothing) {
  const auto session = copied();
  post(session, ping);
  post(session, call_of("echo"), false);
  post(session, call_of("slow"), false);
  slow->waiting.at(0).deliver(outcome{tool_result::text("done")});
  run();
  wait();
  CAF_CHECK(others[2]->copies.empty());
}

CAF_TEST(what_a_client_sets_and_what_it_is_told_are_changes) {
  const auto session = copied();
  post(session, level);
  wait();
  auto copy = next_copy();
  CAF_CHECK(!copy.whole);
  CAF_CHECK_EQUAL(int{copy.image->log_level}, int(protocol::log_level::error));
  answer(2);
  get(session);
  tell(session, "a");
  tell(session, "b");
  wait();
  copy = next_copy();
  CAF_CHECK_EQUAL(copy.image->streams.size(), 1u);
  CAF_CHECK_EQUAL(copy.image->events.size(), 2u);
  answer(2);
  tell(session, "c");
  wait();
  copy = next_copy();
  CAF_REQUIRE_EQUAL(copy.image->events.size(), 1u); // the others are there
  CAF_CHECK_EQUAL(copy.image->events[0].json, R"({"n":"c"})");
}

CAF_TEST(a_request_that_runs_on_a_stream_is_named_until_it_is_answered) {
  const auto session = copied();
  post(session, call_of("slow", "\"one\""));
  pass(6s); // stream_after
  wait();
  auto copy = next_copy();
  CAF_REQUIRE_EQUAL(copy.image->running.size(), 1u);
  CAF_CHECK_EQUAL(copy.image->running[0].id, "\"one\"");
  CAF_CHECK_EQUAL(copy.image->running[0].stream, copy.image->streams.at(0).number);
  answer(2);
  slow->waiting.at(0).deliver(outcome{tool_result::text("done")});
  run();
  wait();
  copy = next_copy();
  CAF_CHECK(copy.image->running.empty() && copy.image->streams.empty());
  CAF_CHECK_EQUAL(copy.image->events.size(), 1u);
}

CAF_TEST(one_copy_is_on_its_way_at_a_time_and_the_next_has_all_that_came_meanwhile) {
  const auto session = copied();
  get(session);
  wait();
  next_copy();
  for (int i = 0; i < 10; ++i) {
    tell(session, std::to_string(i));
    wait();
  }
  CAF_CHECK(others[2]->copies.empty());
  CAF_CHECK(start - copies.behind_since > 1s);
  answer(2);
  wait();
  CAF_CHECK_EQUAL(next_copy().image->events.size(), 10u);
}

CAF_TEST(changes_put_into_the_copy_give_the_session_as_it_is) {
  const auto session = copied();
  get(session);
  session_image copy;
  bool has_copy = false;
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 40; ++i)
      tell(session, std::to_string(round) + "-" + std::to_string(i));
    wait();
    auto part = next_copy();
    if (!has_copy) {
      copy = *part.image;
      has_copy = true;
    } else {
      CAF_CHECK(!part.whole);
      auto changes = *part.image;
      apply_changes(copy, std::move(changes));
    }
    answer(2);
  }
  // The other node has lost it: it comes whole, and is the same.
  tell(session, "last");
  wait();
  auto last = next_copy();
  apply_changes(copy, session_image{*last.image});
  answer(2, copy_outcome::unknown);
  wait();
  auto whole = next_copy();
  CAF_CHECK(whole.whole);
  whole.image->version = copy.version;
  whole.image->idle_ms = copy.idle_ms; // time has passed
  whole.image->age_ms = copy.age_ms;
  CAF_CHECK(*whole.image == copy);
  CAF_CHECK_EQUAL(copy.events.size(), options->replay_events);
}

CAF_TEST(a_large_ring_goes_in_parts) {
  const auto session = copied();
  get(session);
  for (int i = 0; i < 20; ++i)
    tell(session, std::string(10'000, 'x'));
  std::size_t events = 0;
  for (int part = 0; part < 5; ++part) {
    wait();
    const auto copy = next_copy();
    CAF_CHECK(bytes_of(*copy.image) < 50'000);
    events += copy.image->events.size();
    answer(2);
  }
  CAF_CHECK_EQUAL(events, 20u);
  wait();
  CAF_CHECK(others[2]->copies.empty());
}

CAF_TEST(what_is_lost_comes_again_whole_and_a_full_node_is_left_alone_for_a_while) {
  const auto session = copied();
  post(session, level);
  wait();
  CAF_CHECK(!next_copy().whole);
  answer(2, copy_outcome::lost);
  wait();
  CAF_CHECK(next_copy().whole);
  answer(2, copy_outcome::refused);
  pass(4s);
  CAF_CHECK(others[2]->copies.empty());
  pass(2s);
  CAF_CHECK(next_copy().whole);
  answer(2);
}

CAF_TEST(few_copies_are_under_way_at_once) {
  connect({{2, two}});
  state->limits.granted(limit::sessions, 40);
  state->limits.granted(limit::uninitialized_sessions, 40);
  for (std::size_t i = 0; i < 3 * copy_queue::max_under_way; ++i)
    ready();
  wait();
  CAF_CHECK_EQUAL(others[2]->copies.size(), copy_queue::max_under_way);
  for (std::size_t i = 0; i < 3 * copy_queue::max_under_way; ++i)
    answer(2);
  CAF_CHECK_EQUAL(others[2]->copies.size(), 3 * copy_queue::max_under_way);
  CAF_CHECK(copies.behind_since == time_point{});
}

CAF_TEST(when_another_node_is_to_keep_it_the_first_one_drops_it_afterwards) {
  const auto session = copied();
  connect({{3, three}});
  wait();
  auto copy = next_copy(3);
  CAF_CHECK(copy.whole);
  answer(3);
  CAF_CHECK(others[2]->dropped.empty()); // it is not there
  connect({{2, two}, {3, three}});
  wait();
  // It stays, or goes to the other one: whoever a request would be sent to.
  const bool moved = !others[2]->copies.empty();
  if (moved) {
    CAF_CHECK(next_copy(2).whole);
    CAF_CHECK(others[3]->dropped.empty());
    answer(2);
    CAF_CHECK_EQUAL(others[3]->dropped.size(), 1u);
  }
  caf::anon_send_exit(session, caf::exit_reason::kill);
  run();
  CAF_CHECK_EQUAL(others[moved ? 2 : 3]->dropped.size(), 1u);
}

CAF_TEST(the_same_node_in_another_way_gets_it_whole) {
  const auto session = copied();
  const auto again = sys.spawn(other_node, others[4]);
  connect({{2, again}});
  wait();
  CAF_CHECK(next_copy(4).whole);
  answer(4);
  caf::anon_send_exit(again, caf::exit_reason::user_shutdown);
}

CAF_TEST(a_session_that_ends_takes_its_copy_along) {
  const auto session = copied();
  caf::anon_send(session, session_deletion{transport, 99});
  run();
  CAF_CHECK_EQUAL(others[2]->dropped.size(), 1u);
}

CAF_TEST(nothing_waits_for_a_session_that_ended_under_way) {
  const auto session = copied();
  post(session, level);
  wait();
  caf::anon_send(session, session_deletion{transport, 99});
  run();
  wait();
  CAF_CHECK(copies.behind_since == time_point{});
}

CAF_TEST(nothing_is_copied_alone_or_when_it_is_switched_off) {
  const auto session = ready();
  wait();
  CAF_CHECK(copies.sent.empty());
  CAF_CHECK(copies.behind_since == time_point{});
  connect({{2, two}}); // now there is somebody
  wait();
  CAF_CHECK(next_copy().whole);
  answer(2);
  state->copies = nullptr;
  post(session, level);
  wait();
  CAF_CHECK(others[2]->copies.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
