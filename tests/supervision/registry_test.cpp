#define CAF_SUITE registry

#include "troupe/supervision/registry.hpp"

#include "tests/supervision/actor_fixture.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "troupe/actors/messages.hpp"
#include "troupe/supervision/messages.hpp"

using namespace troupe;
using namespace troupe::supervision;

namespace {

/// Stands for a shard: writes down what it is told, answers a recall as it was told to.
struct fake_shard {
  std::vector<std::string> told;
  std::size_t gives = 0;
  caf::actor handle;
};

struct fixture : test::actor_fixture {
  caf::actor registry;
  std::vector<std::unique_ptr<fake_shard>> shards;

  fixture() {
    registry_config config;
    config.limits = {100, 100, 100, 4};
    config.shards = 2;
    registry = spawn_registry(sys, config);
    add_shard(0);
    add_shard(1);
  }

  ~fixture() override {
    for (auto& shard : shards)
      caf::anon_send_exit(shard->handle, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(registry, caf::exit_reason::user_shutdown);
    CAF_CHECK_EQUAL(actors_left(), 0u);
  }

  fake_shard& add_shard(std::uint32_t index, std::size_t leased = 0) {
    auto& shard = *shards.emplace_back(std::make_unique<fake_shard>());
    shard.handle = sys.spawn([index, &shard](caf::event_based_actor*) -> caf::behavior {
      return {
          [&shard](lease_grant grant) {
            shard.told.push_back("grant " + std::to_string(grant.amount));
          },
          [&shard, index](lease_recall recall) {
            shard.told.push_back("recall " + std::to_string(recall.amount));
            return lease_return{index, recall.what, std::exchange(shard.gives, 0)};
          },
      };
    });
    tell(shard, shard_registered{index, shard.handle, {0, 0, 0, leased}});
    return shard;
  }

  template<class Message>
  void tell(const fake_shard& from, Message message) {
    caf::send_as(from.handle, registry, std::move(message));
    run();
  }

  void ask(std::uint32_t index, std::size_t amount) {
    tell(*shards[index], lease_request{index, limit::calls, amount});
  }
};

using strings = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(registry_tests, fixture)

CAF_TEST(leases_are_granted_until_the_limit) {
  ask(0, 3);
  ask(1, 3);
  CAF_CHECK(shards[0]->told == strings{"grant 3"});
  CAF_CHECK(shards[1]->told == strings{"grant 1"});
}

CAF_TEST(unused_slots_of_another_shard_are_found) {
  ask(0, 4);
  shards[0]->gives = 1;
  ask(1, 1);
  CAF_CHECK((shards[0]->told == strings{"grant 4", "recall 1"}));
  CAF_CHECK(shards[1]->told == strings{"grant 1"});
}

CAF_TEST(no_is_said_when_every_slot_is_in_use) {
  ask(0, 4);
  ask(1, 1);
  CAF_CHECK(shards[1]->told == strings{"grant 0"});
}

CAF_TEST(a_slot_that_is_repaid_can_be_leased_again) {
  ask(0, 4);
  ask(1, 1);
  tell(*shards[0], lease_repaid{0, limit::calls, 1});
  ask(1, 1);
  CAF_CHECK((shards[1]->told == strings{"grant 0", "grant 1"}));
}

CAF_TEST(the_leases_of_a_dead_shard_come_back) {
  ask(0, 4);
  caf::anon_send_exit(shards[0]->handle, caf::exit_reason::kill);
  run();
  ask(1, 4);
  CAF_CHECK(shards[1]->told == strings{"grant 4"});
}

CAF_TEST(what_a_replaced_shard_still_says_is_ignored) {
  ask(0, 4);
  auto& next = add_shard(0);
  tell(*shards[0], lease_return{0, limit::calls, 4});
  tell(*shards[0], lease_request{0, limit::calls, 4});
  CAF_CHECK(shards[0]->told == strings{"grant 4"});
  tell(next, lease_request{0, limit::calls, 4});
  CAF_CHECK(next.told == strings{"grant 4"});
}

CAF_TEST(the_death_of_a_replaced_shard_changes_nothing) {
  auto& next = add_shard(0, 4);
  caf::anon_send_exit(shards[0]->handle, caf::exit_reason::kill);
  run();
  ask(1, 1);
  CAF_CHECK(next.told == strings{"recall 1"});
  CAF_CHECK(shards[1]->told == strings{"grant 0"});
}

CAF_TEST(a_new_registry_learns_what_is_leased_before_it_grants) {
  caf::anon_send_exit(registry, caf::exit_reason::kill);
  run();
  registry_config config;
  config.limits = {100, 100, 100, 4};
  config.shards = 2;
  registry = spawn_registry(sys, config);
  tell(*shards[1], shard_registered{1, shards[1]->handle, {0, 0, 0, 1}});
  ask(1, 4);
  CAF_CHECK(shards[1]->told.empty());
  tell(*shards[0], shard_registered{0, shards[0]->handle, {0, 0, 0, 2}});
  CAF_CHECK(shards[1]->told == strings{"grant 1"});
}

CAF_TEST_FIXTURE_SCOPE_END()
