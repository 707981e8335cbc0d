#define CAF_SUITE cluster

#include "troupe/supervision/cluster/cluster.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/supervision/actor_fixture.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/supervision/cluster/cluster_checks.hpp"

using namespace troupe;
using namespace troupe::supervision;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

struct fixture : test::actor_fixture {
  strings dialled;
  std::vector<protocol::node_number> forgotten;
  std::map<protocol::node_number, caf::actor> peers;
  std::map<protocol::node_number, strings> told; ///< what each peer was told
  std::map<protocol::node_number, std::vector<std::uint32_t>> holdings_told;
  std::vector<node_table_ptr> tables;
  cluster_view view;
  caf::actor supervisor;
  caf::actor leases;
  std::size_t views_of_leases = 0;
  caf::actor cluster;

  fixture() {
    supervisor = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const nodes_changed& change) { tables.push_back(change.nodes); }};
    });
    cluster_config config;
    config.self = {1, "self", "10.0.0.1", 7400};
    config.seeds = {{"10.0.0.2", 7400}, {"10.0.0.1", 7400}};
    config.forget_after = 60s;
    config.max_nodes = 4;
    config.view = &view;
    config.supervisor = supervisor;
    config.dial = [this](const net::node_address& where) { dialled.push_back(where.host); };
    config.forget = [this](protocol::node_number node) { forgotten.push_back(node); };
    config.start_leases = [this] {
      return leases = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
        return {[this](const nodes_changed&) { ++views_of_leases; },
                [](const registry_changed&) {}};
      });
    };
    config.start_peer = [this](const node_passed& node, const peer_surroundings&) {
      const auto number = node.node.number;
      return peers[number] = sys.spawn([this, number](caf::event_based_actor*) -> caf::behavior {
        return {
            [this, number](const peer_members& all) {
              std::string names;
              for (const auto& one : all.nodes)
                names += one.name + ' ';
              told[number].push_back(names);
            },
            [this, number](const published& event) { told[number].push_back(event.uri); },
            [this, number](const catalog_changed& change) {
              told[number].push_back(change.changes.any() ? "lists" : "catalog");
            },
            [](const shards_changed&) {},
            [this, number](const peer_holdings& held) { holdings_told[number] = held.numbers; },
            [this, number](const leave& words) {
              told[number].emplace_back("leave");
              for (const auto heir : words.heirs)
                told[number].back() += " to " + std::to_string(heir);
            },
        };
      });
    };
    cluster = spawn_cluster(sys, std::move(config));
    sched.run();
  }

  ~fixture() override {
    caf::anon_send_exit(cluster, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
    // The peers and the leases end with their cluster.
    peers.clear();
    leases = nullptr;
    CAF_CHECK_EQUAL(actors_left(), 0u);
  }

  template<class Message>
  void tell(Message message) {
    caf::anon_send(cluster, std::move(message));
    sched.run();
  }

  static protocol::node_description node(protocol::node_number number) {
    return {number, "n" + std::to_string(number), "10.0.0." + std::to_string(number), 7400};
  }

  void join(protocol::node_number number) {
    tell(node_passed{node(number), std::nullopt, nullptr});
    tell(peer_joined{number});
  }

  strings tick() {
    dialled.clear();
    sched.advance_time(1s);
    sched.run();
    return dialled;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(cluster_tests, fixture)

CAF_TEST(seeds_are_dialled_until_they_are_connected_and_this_node_once) {
  CAF_CHECK_EQUAL(dialled, (strings{"10.0.0.1", "10.0.0.2"}));
  tell(node_not_reached{{"10.0.0.1", 7400}, {"the same node", 1}});
  tell(node_not_reached{{"10.0.0.2", 7400}, {"connection refused", 0, true}});
  CAF_CHECK_EQUAL(tick(), strings{"10.0.0.2"});
  join(2);
  CAF_CHECK_EQUAL(tick(), strings{});
}

CAF_TEST(a_node_is_a_member_when_it_can_be_spoken_to) {
  tell(node_passed{node(2), std::nullopt, nullptr});
  CAF_CHECK(tables.back()->peers.empty());
  tell(peer_joined{2});
  CAF_CHECK(tables.back()->peers.at(2) == peers[2]);
  CAF_CHECK_EQUAL(view.text(), "self 10.0.0.1:7400 this node\nn2 10.0.0.2:7400 connected\n");
}

CAF_TEST(others_are_heard_of_from_any_member_and_dialled) {
  join(2);
  dialled.clear();
  tell(peer_told{2, {{1, "self", "10.0.0.1", 7400}, {3, "n3", "10.0.0.3", 7400}}});
  CAF_CHECK_EQUAL(dialled, strings{"10.0.0.3"});
  join(3);
  CAF_CHECK_EQUAL(told[2].back(), "n2 n3 ");
  CAF_CHECK_EQUAL(told[3].back(), "n2 n3 ");
}

CAF_TEST(a_lost_node_is_expected_back_for_some_time) {
  join(3);
  tell(peer_lost{3, "the connection is lost", false});
  CAF_CHECK(tables.back()->peers.empty());
  CAF_CHECK(tables.back()->lost.contains(3));
  CAF_CHECK_EQUAL(forgotten, std::vector<protocol::node_number>{3});
  const auto now = tick();
  // Also to learn whether it has died; the gate dials an address once at a time.
  CAF_CHECK(std::count(now.begin(), now.end(), "10.0.0.3") >= 1);
  for (int i = 0; i < 61; ++i)
    tick();
  CAF_CHECK(!tables.back()->lost.contains(3));
  const auto later = tick();
  CAF_CHECK(std::count(later.begin(), later.end(), "10.0.0.3") == 0);
  CAF_CHECK(std::count(later.begin(), later.end(), "10.0.0.2") == 1); // a seed, for ever
}

CAF_TEST(a_node_that_was_started_again_takes_the_place_of_the_lost_one) {
  join(3);
  tell(peer_lost{3, "the connection is lost", false});
  auto again = node(3);
  again.number = 77;
  tell(node_passed{again, std::nullopt, nullptr});
  tell(peer_joined{77});
  CAF_CHECK_EQUAL(view.text(), "self 10.0.0.1:7400 this node\nn3 10.0.0.3:7400 connected\n");
  // Others may have copies of its sessions, and say so soon.
  CAF_CHECK(tables.back()->lost.contains(3));
  for (int i = 0; i < 4; ++i)
    tick();
  CAF_CHECK(!tables.back()->lost.contains(3));
}

CAF_TEST(the_shards_hear_whose_sessions_may_go_on_here) {
  strings heard;
  const auto shard = sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const owner_died& dead) {
              heard.push_back("died " + std::to_string(dead.owner) +
                              (dead.via == peers[dead.owner].id() ? "" : " otherwise"));
            },
            [&](const owner_doubtful& lost) {
              heard.push_back("doubtful " + std::to_string(lost.owner));
            },
            [](report_holdings) {}};
  });
  tell(shards_changed{{shard}});
  for (const protocol::node_number number : {2U, 3U, 4U})
    join(number);
  dialled.clear();
  tell(peer_lost{2, "the connection is lost", false});
  CAF_CHECK_EQUAL(dialled, strings{"10.0.0.2"}); // at once
  CAF_CHECK_EQUAL(heard, strings{});
  tell(node_not_reached{{"10.0.0.2", 7400}, {"connection refused", 0, true}});
  CAF_CHECK_EQUAL(heard, strings{"died 2"});
  tell(peer_lost{3, "nothing came from it", true});
  CAF_CHECK_EQUAL(heard.back(), "doubtful 3");
  // Started again so fast that nobody found its port closed.
  tell(peer_lost{4, "the connection is lost", false});
  auto again = node(4);
  again.number = 44;
  tell(node_passed{again, net::node_address{"10.0.0.4", 7400}, nullptr});
  CAF_CHECK_EQUAL(heard.back(), "died 4");
  caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
}

CAF_TEST(whoever_leases_limits_knows_the_nodes_and_the_cluster_does_not_outlive_it) {
  const auto before = views_of_leases;
  join(2);
  CAF_CHECK_EQUAL(views_of_leases, before + 1);
  caf::anon_send_exit(leases, caf::exit_reason::kill);
  sched.run();
  peers.clear();
  leases = nullptr;
  cluster = nullptr;
  CAF_CHECK_EQUAL(actors_left(), 1u); // the supervisor, which would start it again
}

CAF_TEST(a_peer_that_dies_is_a_lost_node) {
  join(2);
  caf::anon_send_exit(peers[2], caf::exit_reason::kill);
  sched.run();
  CAF_CHECK(tables.back()->lost.contains(2));
}

CAF_TEST(no_more_nodes_than_allowed_and_none_twice) {
  for (protocol::node_number number = 2; number <= 5; ++number)
    join(number);
  CAF_CHECK_EQUAL(tables.back()->peers.size(), 3u); // max_nodes is 4, with this one
  CAF_CHECK_EQUAL(forgotten, std::vector<protocol::node_number>{5});
  tell(node_passed{node(2), std::nullopt, nullptr});
  CAF_CHECK_EQUAL(forgotten.back(), 2u);
}

CAF_TEST(what_is_heard_of_is_bounded) {
  join(2);
  std::vector<peer_member> many;
  for (std::uint16_t i = 0; i < 1000; ++i)
    many.push_back({1000u + i, "x", "10.9.9.9", static_cast<std::uint16_t>(1 + i)});
  dialled.clear();
  tell(peer_told{2, many});
  CAF_CHECK(dialled.size() <= 16u);
}

CAF_TEST(what_is_published_goes_to_every_member) {
  join(2);
  join(3);
  tell(published{"file:///a"});
  CAF_CHECK_EQUAL(told[2].back(), "file:///a");
  CAF_CHECK_EQUAL(told[3].back(), "file:///a");
}

CAF_TEST(changed_lists_go_to_every_member_and_those_of_others_to_the_shards) {
  strings heard;
  const auto shard = sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const lists_changed& change) {
              heard.emplace_back(change.changes.prompts ? "prompts" : "others");
            },
            [](report_holdings) {}};
  });
  tell(shards_changed{{shard, shard}});
  join(2);
  join(3);
  tell(catalog_changed{catalog_ptr{new catalog}, {true, false, false}});
  CAF_CHECK_EQUAL(told[2].back(), "lists");
  CAF_CHECK_EQUAL(told[3].back(), "lists");
  CAF_CHECK(heard.empty()); // the dispatcher has told them
  const auto before = told[2].size();
  tell(lists_changed{{false, false, true}});
  CAF_CHECK_EQUAL(heard, (strings{"prompts", "prompts"}));
  CAF_CHECK_EQUAL(told[2].size(), before);
  caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
}

CAF_TEST(what_others_publish_goes_to_the_shards_and_no_further) {
  strings heard;
  const auto shard = sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const resource_updated& event) { heard.push_back(event.uri); },
            [](const report_holdings&) {}};
  });
  tell(shards_changed{{shard, shard}});
  join(2);
  const auto before = told[2].size();
  tell(peer_published{"file:///a"});
  CAF_CHECK_EQUAL(heard, (strings{"file:///a", "file:///a"}));
  CAF_CHECK_EQUAL(told[2].size(), before);
  caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
}

CAF_TEST(who_holds_sessions_of_whose_number_is_told_to_all) {
  using numbers = std::vector<std::uint32_t>;
  join(2);
  join(3);
  tell(session_holdings{0, {77, 78}});
  tell(session_holdings{1, {77}});
  CAF_CHECK_EQUAL(holdings_told[2], (numbers{77, 78}));
  CAF_CHECK_EQUAL(holdings_told[3], (numbers{77, 78}));
  join(4);
  CAF_CHECK_EQUAL(holdings_told[4], (numbers{77, 78}));
  tell(peer_holds{2, {77}});
  CAF_CHECK_EQUAL(tables.back()->holders.at(77), (std::vector<protocol::node_number>{2, 1}));
  tell(session_holdings{0, {}});
  CAF_CHECK_EQUAL(holdings_told[4], numbers{77}); // another thread still has some
  tell(session_holdings{1, {}});
  tell(peer_lost{2, "the connection is lost", false});
  CAF_CHECK(tables.back()->holders.empty());
  CAF_CHECK(tables.back()->lost.contains(77)); // it may come back with them
}

CAF_TEST(a_node_that_leaves_takes_no_requests_and_is_no_riddle_for_long) {
  join(2);
  tell(peer_leaves{2, {}});
  CAF_CHECK(tables.back()->peers.empty());
  CAF_CHECK(tables.back()->lost.contains(2));
  CAF_CHECK_EQUAL(view.text(), "self 10.0.0.1:7400 this node\nn2 10.0.0.2:7400 connected\n");
  tell(peer_lost{2, "it has left the cluster", false});
  CAF_CHECK(tables.back()->lost.contains(2)); // where its sessions went may not be known yet
  // The next one at its place does not change that.
  auto again = node(2);
  again.number = 22;
  tell(node_passed{again, std::nullopt, nullptr});
  tell(peer_joined{22});
  CAF_CHECK(tables.back()->lost.contains(2));
  CAF_CHECK_EQUAL(view.text(), "self 10.0.0.1:7400 this node\nn2 10.0.0.2:7400 connected\n");
  for (int i = 0; i < 4; ++i)
    tick();
  CAF_CHECK(!tables.back()->lost.contains(2));
}

CAF_TEST(heirs_of_a_node_that_leaves_count_as_holders_before_they_say_so) {
  join(2);
  join(3);
  tell(peer_holds{2, {77}});
  tell(peer_leaves{2, {3, 1, 9}}); // 9 is not known here
  using owners = std::vector<protocol::node_number>;
  CAF_CHECK_EQUAL(tables.back()->holders.at(2), (owners{3, 1}));
  CAF_CHECK_EQUAL(tables.back()->holders.at(77), (owners{3, 1}));
  tell(peer_lost{2, "it has left the cluster", false});
  tell(peer_holds{3, {2}});
  CAF_CHECK_EQUAL(tables.back()->holders.at(2), (owners{3, 1}));
  for (int i = 0; i < 4; ++i)
    tick();
  CAF_CHECK_EQUAL(tables.back()->holders.at(2), owners{3}); // by now they have said what they have
  CAF_CHECK(!tables.back()->holders.contains(77));
}

CAF_TEST(a_node_that_has_just_started_does_not_know_all) {
  CAF_CHECK(!tables.back()->settled);
  for (int i = 0; i < 4; ++i)
    tick();
  CAF_CHECK(tables.back()->settled);
}

CAF_TEST(this_node_leaves_when_all_connections_have_ended) {
  join(2);
  join(3);
  bool left = false;
  tell(peer_takes{3});
  auto request = self->request(cluster, caf::infinite, leave_cluster{});
  sched.run();
  CAF_CHECK_EQUAL(told[2].back(), "leave to 3");
  CAF_CHECK_EQUAL(told[3].back(), "leave to 3");
  CAF_CHECK_EQUAL(tick(), strings{});
  tell(peer_lost{2, "this node leaves", false});
  tell(peer_lost{3, "this node leaves", false});
  request.receive([&](const left_cluster&) { left = true; }, [](const caf::error&) {});
  CAF_CHECK(left);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(addresses_of_nodes) {
  const auto is = [](std::string_view text, const std::string& host, std::uint16_t port) {
    return parse_node_address(text) == net::node_address{host, port};
  };
  CAF_CHECK(is("10.0.0.1:7400", "10.0.0.1", 7400));
  CAF_CHECK(is("[::1]:1", "::1", 1));
  CAF_CHECK(is("nodes.example.org:65535", "nodes.example.org", 65535));
  for (const auto* wrong :
       {"", ":1", "a", "a:", "a:0", "a:65536", "a:1x", "::1:1", "[]:1", "a b:1"})
    CAF_CHECK(!parse_node_address(wrong));
}
