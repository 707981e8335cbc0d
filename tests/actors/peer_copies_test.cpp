// Copies of sessions between two peers: there and back, and never before requests.

#define CAF_SUITE peer_copies

#include "tests/actors/copy_fixture.hpp"
#include "tests/actors/peer_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct fixture : peer_fixture {
  std::vector<copy_outcome> verdicts;

  void copy(std::size_t bytes = 10, bool whole = true) {
    auto image = std::make_shared<session_image>();
    image->id = session.view();
    image->client_name = std::string(bytes, 'x');
    sys.spawn([this, image, whole](caf::event_based_actor* self) {
      self->request(alice.peer, caf::infinite, session_copy{image, whole})
          .then([this](const copy_verdict& verdict) { verdicts.push_back(verdict.outcome); });
    });
    sched.run();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(peer_copies_tests, fixture)

CAF_TEST(a_copy_goes_over_and_its_answer_comes_back) {
  connect();
  copy(100, false);
  CAF_REQUIRE_EQUAL(bob.log->copies.size(), 1u);
  auto& arrived = bob.log->copies[0];
  CAF_CHECK_EQUAL(arrived.image->client_name.size(), 100u);
  CAF_CHECK(!arrived.whole);
  CAF_CHECK_EQUAL(arrived.owner, 1u);
  CAF_CHECK(verdicts.empty());
  caf::anon_send(arrived.peer, copy_stored{arrived.number, copy_outcome::unknown});
  sched.run();
  CAF_CHECK(verdicts == std::vector{copy_outcome::unknown});
  caf::anon_send(alice.peer, copy_dropped{session});
  sched.run();
  CAF_REQUIRE_EQUAL(bob.log->removals.size(), 1u);
  CAF_CHECK(bob.log->removals[0].session == session);
  CAF_CHECK_EQUAL(bob.log->removals[0].owner, 1u);
}

CAF_TEST(when_the_connection_ends_copies_are_lost) {
  connect();
  copy();
  caf::anon_send_exit(alice.peer, caf::exit_reason::user_shutdown);
  sched.run();
  CAF_CHECK(verdicts == std::vector{copy_outcome::lost});
}

CAF_TEST(who_does_not_answer_is_not_waited_for_for_ever) {
  options.failure_timeout = 60s;
  connect();
  copy();
  sched.advance_time(9s);
  sched.run();
  CAF_CHECK(verdicts.empty());
  for (int i = 0; i < 4; ++i) {
    sched.advance_time(500ms);
    sched.run();
  }
  CAF_CHECK(verdicts == std::vector{copy_outcome::lost});
}

CAF_TEST(copies_wait_while_enough_of_them_are_under_way) {
  options.window_bytes = 640'000; // of which copies take 10,000
  std::size_t batches = 0;
  const auto mute = connect_to_a_mute(batches);
  for (int i = 0; i < 5; ++i)
    copy(6000);
  CAF_CHECK_EQUAL(batches, 2u);
  // What does not wait for copies goes on its way.
  caf::anon_send(alice.peer, request(nullptr, 1, "{}"));
  sched.run();
  CAF_CHECK_EQUAL(batches, 3u);
  // Those that have not gone yet are not needed any more.
  caf::anon_send(alice.peer, copy_dropped{session});
  sched.run();
  CAF_CHECK(verdicts == std::vector(3, copy_outcome::lost));
  caf::anon_send_exit(mute, caf::exit_reason::user_shutdown);
  sched.run();
  CAF_CHECK_EQUAL(verdicts.size(), 5u);
}

CAF_TEST(copies_wait_while_requests_do) {
  options.window_bytes = 1000;
  std::size_t batches = 0;
  const auto mute = connect_to_a_mute(batches);
  caf::anon_send(alice.peer, request(nullptr, 1, std::string(2000, ' ')));
  caf::anon_send(alice.peer, request(nullptr, 1, std::string(2000, ' ')));
  sched.run();
  const auto queued = alice.observer.queued;
  const auto before = batches;
  copy();
  CAF_CHECK_EQUAL(batches, before);
  CAF_CHECK_EQUAL(alice.observer.queued, queued);
  caf::anon_send_exit(mute, caf::exit_reason::user_shutdown);
  sched.run();
  CAF_CHECK(verdicts == std::vector{copy_outcome::lost});
}

CAF_TEST(whether_the_other_one_may_have_given_this_one_up_before_is_told) {
  options.failure_timeout = 10s;
  connect();
  caf::anon_send_exit(bob.peer, caf::exit_reason::kill);
  sched.run();
  CAF_CHECK_EQUAL(alice.log->lines.back(), "lost 2");
  CAF_CHECK(!alice.log->doubtful);
}

CAF_TEST(a_node_that_stood_still_may_have_been_given_up) {
  options.failure_timeout = 10s;
  connect();
  // It learns of the end first, and only then that time has passed.
  sched.clock().current_time += 11s;
  caf::anon_send(alice.peer, peer_heartbeat{}); // what had come before
  caf::anon_send_exit(bob.peer, caf::exit_reason::kill);
  sched.run();
  CAF_CHECK_EQUAL(alice.log->lines.back(), "lost 2");
  CAF_CHECK(alice.log->doubtful);
}

CAF_TEST(a_peer_that_is_over_loses_what_it_is_given) {
  connect();
  caf::anon_send_exit(bob.peer, caf::exit_reason::kill);
  sched.run();
  copy();
  CAF_CHECK(verdicts == std::vector{copy_outcome::lost});
}

CAF_TEST_FIXTURE_SCOPE_END()
