#define CAF_SUITE cluster_leases

#include "troupe/supervision/cluster/cluster_leases.hpp"

#include "tests/supervision/leases_fixture.hpp"

#include <random>

using namespace troupe;
using namespace troupe::supervision;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(cluster_leases_tests, test::leases_fixture)

CAF_TEST(a_node_alone_has_all) {
  add(1);
  run();
  acquire_many(1, 14);
  CAF_CHECK_EQUAL(used(1), 12u);
  CAF_CHECK_EQUAL(refused(1), 2u);
  CAF_CHECK_EQUAL(nodes.at(1).told_held, 12u);
}

CAF_TEST(nodes_share_one_limit_whoever_asks) {
  for (const protocol::node_number number : {3U, 1U, 2U})
    add(number);
  run();
  acquire_many(3, 7);
  acquire_many(2, 3);
  acquire_many(1, 5);
  CAF_CHECK_EQUAL(used(3), 7u);
  CAF_CHECK_EQUAL(used(2), 3u);
  CAF_CHECK_EQUAL(used(1), 2u);
  CAF_CHECK_EQUAL(refused(1), 3u);
  CAF_CHECK_EQUAL(waiting(), 0u);
}

CAF_TEST(what_a_node_does_not_use_goes_to_who_needs_it) {
  for (const protocol::node_number number : {1U, 2U})
    add(number);
  run();
  acquire_many(2, 12);
  CAF_CHECK_EQUAL(used(2), 12u);
  release_all(2);
  acquire_many(1, 12);
  CAF_CHECK_EQUAL(used(1), 12u);
  CAF_CHECK_EQUAL(refused(1), 0u);
}

CAF_TEST(a_lost_node_gives_its_leases_back) {
  for (const protocol::node_number number : {1U, 2U, 3U})
    add(number);
  run();
  acquire_many(2, 10);
  acquire_many(3, 4);
  CAF_CHECK_EQUAL(used(3), 2u);
  crash(2);
  acquire_many(3, 10);
  CAF_CHECK_EQUAL(used(3), 12u);
}

CAF_TEST(the_next_leading_node_hears_what_each_holds_before_it_grants) {
  for (const protocol::node_number number : {1U, 2U, 3U})
    add(number);
  run();
  acquire_many(2, 5);
  acquire_many(3, 5);
  crash(1);
  acquire_many(2, 3);
  CAF_CHECK_EQUAL(used(2) + used(3), 12u);
  CAF_CHECK_EQUAL(waiting(), 0u);
  release_all(3);
  acquire_many(2, 5);
  CAF_CHECK_EQUAL(used(2), 12u);
}

CAF_TEST(the_next_leading_node_grants_nothing_by_what_it_knew_before_another_led) {
  for (const protocol::node_number number : {2U, 3U, 1U}) {
    add(number);
    run();
  }
  pass(2s); // nobody is waited for any more
  acquire_many(2, 8);
  kill(1);
  cut(nodes.at(3), 1);
  acquire_many(3, 6);
  CAF_CHECK_EQUAL(used(3), 0u);
  CAF_CHECK_EQUAL(waiting(), 6u);
  cut(nodes.at(2), 1);
  run();
  CAF_CHECK_EQUAL(used(3), 4u);
  CAF_CHECK_EQUAL(waiting(), 0u);
}

CAF_TEST(a_node_that_only_one_other_takes_for_the_leading_one_serves_it_after_a_while) {
  for (const protocol::node_number number : {1U, 2U, 3U})
    add(number);
  run();
  cut(nodes.at(1), 3);
  cut(nodes.at(3), 1);
  acquire_many(3, 2);
  CAF_CHECK_EQUAL(used(3), 0u);
  pass(2s);
  CAF_CHECK_EQUAL(used(3), 2u);
}

CAF_TEST(who_does_not_tell_what_it_holds_is_not_waited_for_for_ever) {
  for (const protocol::node_number number : {1U, 2U, 3U})
    add(number);
  run();
  // 3 is connected and says nothing more.
  end(nodes.at(3).leases);
  crash(1);
  acquire(2, 0);
  acquire(2, 1);
  acquire(2, 0);
  acquire(2, 0);
  run();
  CAF_CHECK(waiting() > 0);
  pass(2s);
  CAF_CHECK_EQUAL(waiting(), 0u);
  CAF_CHECK_EQUAL(used(2), 4u);
}

CAF_TEST(a_new_node_with_a_smaller_number_leads_and_takes_nothing_away) {
  add(5);
  run();
  acquire_many(5, 10);
  add(4);
  run();
  acquire_many(4, 5);
  CAF_CHECK_EQUAL(used(4), 2u);
  CAF_CHECK_EQUAL(used(5), 10u);
}

CAF_TEST(a_new_leading_node_grants_nothing_before_it_knows_all_others) {
  for (const protocol::node_number number : {5U, 6U})
    add(number);
  run();
  acquire_many(6, 10);
  unsettled = 4;
  add(4, 6);
  run();
  for (std::uint32_t i = 0; i < 3; ++i)
    acquire(5, 0);
  run();
  CAF_CHECK_EQUAL(used(5), 0u);
  CAF_CHECK_EQUAL(waiting(), 3u);
  // It meets 6, and waits for what that has to tell; then it knows all.
  connect(nodes.at(4), nodes.at(6));
  show_all();
  run();
  CAF_CHECK_EQUAL(used(5), 0u);
  unsettled = 0;
  show_all();
  run();
  CAF_CHECK_EQUAL(used(), 12u);
  CAF_CHECK_EQUAL(refused(5), 1u);
  CAF_CHECK_EQUAL(waiting(), 0u);
}

CAF_TEST(
    in_a_partition_each_side_has_the_limit_for_itself_and_new_slots_wait_until_both_fit_again) {
  for (const protocol::node_number number : {1U, 2U})
    add(number);
  run();
  acquire_many(1, 6);
  acquire_many(2, 6);
  cut(nodes.at(1), 2);
  cut(nodes.at(2), 1);
  run();
  acquire_many(1, 6);
  acquire_many(2, 6);
  CAF_CHECK_EQUAL(used(), 24u);
  connect(nodes.at(1), nodes.at(2));
  show_all();
  run();
  acquire_many(2, 1);
  CAF_CHECK_EQUAL(used(), 24u); // nobody loses what it has, and nobody gets more
  release_all(1);
  acquire_many(2, 1);
  CAF_CHECK_EQUAL(used(), 12u);
  release_all(2);
  acquire_many(1, 12);
  CAF_CHECK_EQUAL(used(), 12u);
}

CAF_TEST(a_node_that_the_leading_one_has_forgotten_registers_again) {
  for (const protocol::node_number number : {1U, 2U})
    add(number);
  run();
  acquire_many(2, 3);
  // The leading node's view lags behind: it sees the other go, which notices nothing.
  auto& one = nodes.at(1);
  auto peer = one.peers.extract(2);
  show(one);
  run();
  one.peers.insert(std::move(peer));
  show(one);
  run();
  acquire_many(1, 12);
  CAF_CHECK_EQUAL(used(1), 9u);
  acquire_many(2, 1);
  CAF_CHECK_EQUAL(used(2), 3u);
  CAF_CHECK_EQUAL(waiting(), 0u);
}

CAF_TEST(a_new_registry_goes_on_with_what_the_node_holds) {
  for (const protocol::node_number number : {1U, 2U})
    add(number);
  run();
  acquire_many(2, 4);
  auto& two = nodes.at(2);
  end(two.registry);
  start_registry(two);
  for (std::uint32_t i = 0; i < shard_count; ++i) {
    auto& shard = *two.shards[i];
    caf::anon_send(two.registry, shard_registered{i, shard.handle, shard.slots->leases()});
    shard.slots->ask_again();
  }
  run();
  acquire_many(1, 10);
  CAF_CHECK_EQUAL(used(1), 8u);
  acquire_many(2, 1);
  CAF_CHECK_EQUAL(used(2), 4u);
}

CAF_TEST(new_leases_go_on_with_what_the_node_holds) {
  for (const protocol::node_number number : {1U, 2U})
    add(number);
  run();
  acquire_many(2, 8);
  auto& two = nodes.at(2);
  end(two.leases);
  run();
  cut(nodes.at(1), 2);
  two.peers.clear();
  acquire(2, 0); // while nobody speaks for the cluster
  run();
  cluster_leases_config config;
  config.self = 2;
  config.limits = {0, 0, 0, most, 0};
  config.max_nodes = 4;
  two.leases = spawn_cluster_leases(sys, config);
  caf::anon_send(two.leases, registry_changed{two.registry});
  connect(nodes.at(1), two);
  show_all();
  run();
  acquire_many(1, 12);
  CAF_CHECK_EQUAL(used(), 12u);
  CAF_CHECK_EQUAL(waiting(), 0u);
}

CAF_TEST(limits_hold_and_nobody_waits_for_ever_in_any_order_of_messages) {
  std::size_t all_refused = 0;
  std::size_t all_used = 0;
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random{seed};
    const auto pick = [&](std::size_t below) {
      return std::uniform_int_distribution<std::size_t>{0, below - 1}(random);
    };
    most = 1 + pick(14);
    for (const protocol::node_number number : {1U, 2U, 3U})
      add(number + 10 * seed);
    run();
    for (int step = 0; step < 600; ++step) {
      auto& one = std::next(nodes.begin(), static_cast<long>(pick(nodes.size())))->second;
      const auto shard = pick(shard_count);
      switch (pick(5)) {
      case 0:
      case 1:
        acquire(one.number, shard);
        break;
      case 2:
        release(*one.shards[shard]);
        break;
      default:
        for (auto count = pick(4); count > 0 && sched.has_job(); --count)
          sched.run_once();
      }
      CAF_REQUIRE(used() <= most);
    }
    run();
    CAF_REQUIRE_EQUAL(waiting(), 0u);
    for (const auto& [number, one] : nodes)
      all_refused += refused(number);
    all_used += used();
    while (!nodes.empty())
      crash(nodes.begin()->first);
  }
  // Otherwise nothing was shown.
  CAF_CHECK(all_refused > 100);
  CAF_CHECK(all_used > 100);
}

CAF_TEST(limits_hold_while_the_leading_node_ends_in_any_order_of_messages) {
  std::size_t at_the_limit = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random{seed};
    const auto pick = [&](std::size_t below) {
      return std::uniform_int_distribution<std::size_t>{0, below - 1}(random);
    };
    const auto use_and_step = [&](int count) {
      for (int step = 0; step < count; ++step) {
        if (pick(3) == 0)
          acquire(std::next(nodes.begin(), static_cast<long>(pick(nodes.size())))->first,
                  pick(shard_count));
        else if (sched.has_job())
          sched.run_once();
        CAF_REQUIRE(used() <= most);
      }
    };
    for (const protocol::node_number number : {2U, 3U, 1U}) { // which has led before
      add(number);
      use_and_step(static_cast<int>(pick(20)));
    }
    run();
    use_and_step(30);
    // The next leading node notices it first, or last.
    kill(1);
    const protocol::node_number first = pick(2) == 0 ? 2 : 3;
    cut(nodes.at(first), 1);
    use_and_step(static_cast<int>(pick(200)));
    cut(nodes.at(5 - first), 1);
    use_and_step(60);
    run();
    CAF_REQUIRE(used() <= most);
    CAF_REQUIRE_EQUAL(waiting(), 0u);
    at_the_limit += used() == most ? 1U : 0U;
    while (!nodes.empty())
      crash(nodes.begin()->first);
  }
  CAF_CHECK(at_the_limit > 100); // otherwise nothing was shown
}

CAF_TEST_FIXTURE_SCOPE_END()
