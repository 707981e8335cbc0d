// Where a session is looked for, and who takes it over.

#define CAF_SUITE session_home

#include "troupe/actors/session_home.hpp"

#include <map>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/test/dsl.hpp>

using namespace troupe;
using place = session_home::place;

namespace {

struct fixture : test_coordinator_fixture<> {
  std::map<protocol::node_number, caf::actor> actors;
  node_table nodes;

  fixture() { nodes.self = 1; }
  ~fixture() {
    for (const auto& [number, actor] : actors)
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    run();
  }

  void connect(protocol::node_number number) {
    nodes.peers[number] = actors[number] =
        sys.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; });
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_home_tests, fixture)

CAF_TEST(a_session_is_with_its_owner_while_that_is_there) {
  connect(2);
  nodes.holders[2] = {3};
  const auto id = protocol::make_session_id();
  CAF_CHECK(find_home(nodes, 1, id).where == place::here);
  const auto home = find_home(nodes, 2, id);
  CAF_CHECK(home.where == place::elsewhere);
  CAF_CHECK(home.peer == actors[2]);
}

CAF_TEST(afterwards_the_holders_are_asked_one_after_the_other_and_then_nobody) {
  connect(3);
  connect(4);
  nodes.holders[2] = {1, 3, 4};
  for (int i = 0; i < 100; ++i) {
    const auto id = protocol::make_session_id();
    std::vector<protocol::node_number> tried;
    for (;;) {
      const auto home = find_home(nodes, 2, id, {tried, {}, 0});
      if (home.where == place::nowhere)
        break;
      CAF_REQUIRE(home.where == place::here || home.where == place::elsewhere);
      tried.push_back(home.where == place::here ? 1 : home.peer == actors[3] ? 3 : 4);
      CAF_REQUIRE(tried.size() <= 3);
    }
    CAF_CHECK_EQUAL(tried.size(), 3u);
  }
}

CAF_TEST(the_heir_is_who_is_asked_first) {
  connect(2);
  connect(3);
  connect(4);
  std::map<protocol::node_number, int> chosen;
  for (int i = 0; i < 300; ++i) {
    const auto id = protocol::make_session_id();
    const auto heir = find_heir(nodes, id, {});
    CAF_REQUIRE(heir);
    ++chosen[heir->node];
    // Seen from a fourth node, after this one has gone.
    node_table there = nodes;
    there.self = 9;
    there.holders[1] = {2, 3, 4};
    CAF_CHECK(find_home(there, 1, id).peer == heir->peer);
    const auto second = find_heir(nodes, id, {&heir->node, 1});
    CAF_REQUIRE(second);
    CAF_CHECK(second->node != heir->node);
    CAF_CHECK(find_home(there, 1, id, {{heir->node}, {}, 0}).peer == second->peer);
  }
  for (const auto node : {2, 3, 4})
    CAF_CHECK(chosen[static_cast<protocol::node_number>(node)] > 50);
  const std::vector<protocol::node_number> all{2, 3, 4};
  CAF_CHECK(!find_heir(nodes, protocol::make_session_id(), all));
}

CAF_TEST(what_a_node_told_goes_first_and_ends) {
  connect(2);
  connect(3);
  const auto id = protocol::make_session_id();
  const std::vector<protocol::node_number> tried{2};
  CAF_CHECK(find_home(nodes, 2, id, {tried, {}, 3}).peer == actors[3]);
  CAF_CHECK(find_home(nodes, 2, id, {tried, {}, 1}).where == place::here);
  CAF_CHECK(find_home(nodes, 2, id, {tried, {}, 7}).where == place::unreachable); // not met yet
  const std::vector<protocol::node_number> both{2, 3};
  CAF_CHECK(find_home(nodes, 2, id, {both, {}, 3}).where == place::nowhere);
}

CAF_TEST(heirs_of_who_leaves_are_asked_before_they_say_what_they_hold) {
  connect(3);
  connect(4);
  const auto id = protocol::make_session_id();
  CAF_CHECK(find_home(nodes, 2, id, {{2}, {3}, 0}).peer == actors[3]);
  CAF_CHECK(find_home(nodes, 2, id, {{2}, {1}, 0}).where == place::here);
  CAF_CHECK(find_home(nodes, 2, id, {{2, 3}, {3}, 0}).where == place::nowhere);
  CAF_CHECK(find_home(nodes, 2, id, {{2}, {7}, 0}).where == place::unreachable); // not met yet
  nodes.holders[2] = {3};
  for (int i = 0; i < 20;
       ++i) { // with those that have said so, in the order in which they were chosen
    const auto one = protocol::make_session_id();
    node_table before = nodes;
    CAF_CHECK(find_home(nodes, 2, one, {{2}, {4}, 0}).peer == find_heir(before, one, {})->peer);
  }
}

CAF_TEST(who_holds_the_sessions_of_one_that_has_just_gone_is_asked) {
  connect(2);
  connect(3);
  nodes.holders[2] = {3};
  caf::anon_send_exit(actors[2], caf::exit_reason::kill);
  run();
  const auto id = protocol::make_session_id();
  CAF_CHECK(find_home(nodes, 2, id).peer == actors[3]);
  CAF_CHECK(find_home(nodes, 2, id, {{3}, {}, 0}).where == place::unreachable);
}

CAF_TEST(a_peer_that_has_just_ended_reaches_nobody) {
  connect(2);
  connect(3);
  const auto id = protocol::make_session_id();
  caf::anon_send_exit(actors[2], caf::exit_reason::kill);
  run();
  CAF_CHECK(find_home(nodes, 2, id).where == place::unreachable);
  CAF_CHECK(find_home(nodes, 3, id).where == place::elsewhere);
  const auto next = find_heir(nodes, id, {});
  CAF_REQUIRE(next);
  CAF_CHECK_EQUAL(next->node, 3u);
}

CAF_TEST(who_may_come_back_and_who_is_not_known_yet_are_unreachable) {
  const auto id = protocol::make_session_id();
  CAF_CHECK(find_home(nodes, 2, id).where == place::nowhere);
  nodes.lost.insert(2);
  CAF_CHECK(find_home(nodes, 2, id).where == place::unreachable);
  nodes.lost.clear();
  nodes.settled = false;
  CAF_CHECK(find_home(nodes, 2, id).where == place::unreachable);
  // Others may be about to say that they hold sessions of that node too.
  nodes.holders[2] = {3};
  CAF_CHECK(find_home(nodes, 2, id, {{3}, {}, 0}).where == place::unreachable);
  CAF_CHECK(find_home(nodes, 1, id, {{1}, {}, 0}).where == place::nowhere); // it would be here
}

CAF_TEST_FIXTURE_SCOPE_END()
