// What a thread keeps of sessions of other nodes, and what becomes of it when one of those crashes.

#define CAF_SUITE session_copies

#include "troupe/actors/session_copies.hpp"

#include "tests/actors/copy_fixture.hpp"
#include "troupe/actors/session_takeover.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

struct fixture : copy_fixture {
  caf::actor owner = sys.spawn(other_node, others[2]);
  caf::actor again = sys.spawn(other_node, others[2]);
  std::vector<copy_placement> placed;
  caf::actor shard;

  fixture() {
    shard = sys.spawn([this](caf::event_based_actor* self) -> caf::behavior {
      return {[this, self](const copy_placement& placement) {
        placed.push_back(placement);
        place_copy(*self, state, placement);
      }};
    });
    state->shard = shard;
  }

  ~fixture() override {
    for (const auto& one : {owner, again, shard})
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    state->shard = nullptr;
    placed.clear();
  }

  session_image make_image(const protocol::session_id& id) {
    session_image image;
    image.id = id.view();
    image.revision = "2025-11-25";
    image.ready = true;
    image.version = 1;
    return image;
  }

  copy_outcome keep(const session_image& image, bool whole = true, caf::actor via = nullptr) {
    copy_arrival arrived{std::make_shared<session_image>(image), whole, 2,
                         via ? std::move(via) : owner, 1};
    return state->kept->keep(arrived);
  }

  protocol::session_id draw() { return state->seal->seal(2, 1, 0); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_copies_tests, fixture)

CAF_TEST(a_copy_is_kept_and_changes_are_put_into_it) {
  auto image = make_image(draw());
  image.events = {{1, 1, 0, "{}"}};
  CAF_CHECK(keep(image) == copy_outcome::kept);
  CAF_CHECK_EQUAL(copies.kept, 1);
  auto changes = image;
  changes.events = {{1, 2, 1, "{}"}};
  changes.version = 2;
  CAF_CHECK(keep(changes, false) == copy_outcome::kept);
  CAF_CHECK_EQUAL(copies.kept, 1);
  CAF_CHECK_EQUAL(static_cast<std::size_t>(copies.bytes), state->kept->bytes());
  const auto kept = state->kept->take(*protocol::session_id::parse(image.id));
  CAF_REQUIRE(kept);
  CAF_CHECK_EQUAL(kept->events.size(), 2u);
  CAF_CHECK_EQUAL(kept->version, 2u);
  CAF_CHECK(copies.kept == 0 && copies.bytes == 0);
}

CAF_TEST(changes_without_a_copy_or_through_another_connection_are_not_understood) {
  const auto image = make_image(draw());
  CAF_CHECK(keep(image, false) == copy_outcome::unknown);
  CAF_CHECK(keep(image) == copy_outcome::kept);
  CAF_CHECK(keep(image, false, again) == copy_outcome::unknown);
  CAF_CHECK(keep(image, true, again) == copy_outcome::kept);
  CAF_CHECK(keep(image, false, again) == copy_outcome::kept);
}

CAF_TEST(copies_are_bounded_in_number_and_bytes) {
  for (int i = 0; i < 4; ++i)
    CAF_CHECK(keep(make_image(draw())) == copy_outcome::kept);
  CAF_CHECK(keep(make_image(draw())) == copy_outcome::refused);
  CAF_CHECK_EQUAL(copies.no_room, 1);
  state->kept->forget(2);
  CAF_CHECK_EQUAL(copies.doubtful, 4u);
  CAF_CHECK_EQUAL(copies.kept, 0);
  auto large = make_image(draw());
  large.events = {{1, 1, 0, std::string(100'000, 'x')}};
  CAF_CHECK(keep(large) == copy_outcome::refused);
  CAF_CHECK(copies.kept == 0 && copies.bytes == 0);
}

CAF_TEST(a_copy_is_removed_by_its_owner_only) {
  const auto id = draw();
  keep(make_image(id));
  drop_copy(*state, {id, 3});
  CAF_CHECK_EQUAL(copies.kept, 1);
  drop_copy(*state, {id, 2});
  CAF_CHECK_EQUAL(copies.kept, 0);
}

CAF_TEST(who_is_connected_again_sends_its_copies_anew) {
  keep(make_image(draw()));
  keep(make_image(draw()), true, again);
  connect({{2, again}});
  CAF_CHECK_EQUAL(copies.kept, 1);
}

CAF_TEST(the_sessions_of_a_node_that_died_go_on_here) {
  connect({});
  const auto id = draw();
  auto image = make_image(id);
  image.log_level = 6;
  image.subscriptions = {"test://a"};
  keep(image);
  keep(make_image(draw()), true, again); // of an earlier connection
  take_over(state, {2, owner.id()});
  run();
  answer_leases();
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
  CAF_CHECK(state->sessions.contains(id));
  CAF_CHECK_EQUAL(state->subscriptions.at("test://a").size(), 1u);
  CAF_CHECK_EQUAL(state->foreign.at(2), 1u);
  CAF_CHECK(copies.taken_over == std::vector{takeover_outcome::taken});
  CAF_CHECK(copies.kept == 0 && copies.bytes == 0);
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 1u);
  // It is there, so no second one is made of it.
  keep(image);
  take_over(state, {2, owner.id()});
  run();
  CAF_CHECK_EQUAL(state->sessions.size(), 1u);
}

CAF_TEST(without_a_slot_here_another_node_is_asked_and_none_after_it) {
  const auto three = sys.spawn(other_node, others[3]);
  const auto four = sys.spawn(other_node, others[4]);
  connect({{3, three}, {4, four}});
  for (std::size_t i = 0; i < 4; ++i)
    CAF_CHECK(state->limits.try_acquire(limit::sessions));
  std::vector<protocol::session_id> ids;
  while (ids.size() < 3)
    if (const auto id = draw(); !find_successor(*state->nodes, id, {})->peer)
      ids.push_back(id);
  others[3]->accepts = others[4]->accepts = true;
  keep(make_image(ids[0]));
  take_over(state, {2, owner.id()});
  run();
  answer_leases();
  CAF_CHECK(copies.taken_over == std::vector{takeover_outcome::handed_on});
  CAF_CHECK_EQUAL(others[3]->offered + others[4]->offered, 1);
  // Who refuses it may have it already.
  others[3]->accepts = others[4]->accepts = false;
  keep(make_image(ids[1]));
  take_over(state, {2, owner.id()});
  run();
  answer_leases();
  CAF_CHECK(copies.taken_over.back() == takeover_outcome::dropped);
  CAF_CHECK_EQUAL(others[3]->offered + others[4]->offered, 2);
  connect({});
  keep(make_image(ids[2]));
  take_over(state, {2, owner.id()});
  run();
  answer_leases();
  CAF_CHECK_EQUAL(copies.taken_over.size(), 3u);
  CAF_CHECK(copies.taken_over.back() == takeover_outcome::dropped);
  CAF_CHECK(state->sessions.empty());
  for (const auto& one : {three, four})
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
}

CAF_TEST(of_two_copies_that_meet_the_later_one_goes_on) {
  connect({});
  const auto id = draw();
  auto mine = make_image(id);
  mine.version = 5;
  mine.log_level = 3;
  auto theirs = std::make_shared<session_image>(make_image(id));
  theirs->version = 4;
  keep(mine);
  const auto later = settle_copy(*state, theirs);
  CAF_CHECK_EQUAL(later->log_level, 3);
  CAF_CHECK_EQUAL(copies.kept, 0);
  keep(mine);
  theirs->version = 6;
  CAF_CHECK(settle_copy(*state, theirs) == theirs);
  keep(mine);
  theirs->version = 0; // it was handed over by its node, which knows better
  CAF_CHECK(settle_copy(*state, theirs) == theirs);
  CAF_CHECK_EQUAL(copies.kept, 0);
}

CAF_TEST(a_thread_that_keeps_none_says_so) {
  state->copies = nullptr;
  state->kept = nullptr;
  copy_arrival arrived{std::make_shared<session_image>(make_image(draw())), true, 2, owner, 7};
  keep_copy(*state, arrived);
  run();
  CAF_REQUIRE_EQUAL(others[2]->stored.size(), 1u);
  CAF_CHECK_EQUAL(others[2]->stored[0].number, 7u);
  CAF_CHECK(others[2]->stored[0].outcome == copy_outcome::refused);
  drop_copy(*state, {draw(), 2});
  forget_copies(*state, {2});
  take_over(state, {2, owner.id()});
}

CAF_TEST_FIXTURE_SCOPE_END()
