#define CAF_SUITE supervisor

#include "troupe/supervision/supervisor.hpp"

#include "tests/supervision/actor_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "troupe/actors/dispatcher.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/supervision/messages.hpp"

using namespace troupe;
using namespace troupe::supervision;

namespace {

/// Makes an actor throw.
struct blow_up {};

/// test → shard: answer what was asked as this one.
struct speak {
  std::size_t index = 0;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(blow_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(speak)

namespace {

using strings = std::vector<std::string>;

/// A shard that was asked for its catalog, and answers when the test says so.
struct asked_thread {
  caf::actor shard;
  caf::typed_response_promise<catalog_in_use> answer;
};

struct fixture : test::actor_fixture {
  strings log;
  strings gave_up;
  std::vector<supervised> restarted;
  std::vector<asked_thread> threads;
  supervisor_config config;
  caf::actor supervisor;

  fixture() {
    config.start_registry = [this] { return start("registry"); };
    config.start_dispatcher = [this] { return start("dispatcher"); };
    config.start_hooks = [this] { return start("hooks"); };
    config.start_shard = [this](std::uint32_t index, const caf::actor& registry,
                                const caf::actor& hooks) {
      CAF_CHECK(registry);
      CAF_CHECK(hooks || !config.start_hooks);
      return start("shard" + std::to_string(index));
    };
    config.shards = 2;
    config.restarts.max_restarts = 3;
    config.restarts.restart_window = std::chrono::seconds{10};
    config.on_restart = [this](supervised what) { restarted.push_back(what); };
    config.on_give_up = [this](const std::string& why) { gave_up.push_back(why); };
  }

  ~fixture() override {
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    supervisor = nullptr;
    config = {};
    run();
    threads.clear();
    CAF_CHECK_EQUAL(actors_left(), 0u);
  }

  /// An actor that writes down which news it gets.
  caf::actor start(const std::string& name) {
    log.push_back("start " + name);
    return sys.spawn([this, name](caf::event_based_actor* me) -> caf::behavior {
      me->set_exception_handler(
          [](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; });
      return {
          [this, name](const shards_changed& change) {
            const auto all = std::all_of(change.shards.begin(), change.shards.end(),
                                         [](const caf::actor& one) { return bool{one}; });
            log.push_back(name + " shards" + (all ? "" : " with a gap"));
          },
          [this, name](const registry_changed&) { log.push_back(name + " registry"); },
          [this, name](const hooks_changed&) { log.push_back(name + " hooks"); },
          [this, name](const resource_updated& event) { log.push_back(name + " " + event.uri); },
          [](const notify_client&) { return notified{notify_status::not_supported}; },
          [](const update_catalog&) { return catalog_updated{7}; },
          [this, me](const catalog_query&) {
            threads.push_back(
                {caf::actor_cast<caf::actor>(me), me->make_response_promise<catalog_in_use>()});
            return threads.back().answer;
          },
          [this](speak what) { threads.at(what.index).answer.deliver(catalog_in_use{7}); },
          [](blow_up) { throw std::runtime_error{"blown up"}; },
      };
    });
  }

  void start_supervisor() {
    supervisor = spawn_supervisor(sys, config);
    run();
  }

  /// The shard that was asked as this one says which catalog it uses.
  void thread_says(std::size_t index) {
    caf::anon_send(threads.at(index).shard, speak{index});
    sched.run();
  }

  supervised_actors actors() { return ask(supervised_query{}); }

  template<class Query>
  supervised_actors ask(Query query) {
    auto answer = self->request(supervisor, caf::infinite, query);
    run();
    supervised_actors result;
    answer.receive([&](const supervised_actors& found) { result = found; },
                   [](const caf::error&) { CAF_FAIL("no answer"); });
    return result;
  }

  void kill(const caf::actor& whom) {
    log.clear();
    caf::anon_send_exit(whom, caf::exit_reason::kill);
    run();
  }

  /// What was started first, then who was told, by name.
  strings sorted_log() const {
    auto result = log;
    if (!result.empty())
      std::sort(result.begin() + 1, result.end());
    return result;
  }

  bool logged(const std::string& line) const {
    return std::find(log.begin(), log.end(), line) != log.end();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(supervisor_tests, fixture)

CAF_TEST(everything_is_started_in_order_and_introduced) {
  start_supervisor();
  CAF_REQUIRE(log.size() >= 5u);
  CAF_CHECK((strings{log.begin(), log.begin() + 5} == strings{"start registry", "start hooks",
                                                              "start shard0", "start shard1",
                                                              "start dispatcher"}));
  CAF_CHECK(logged("shard0 shards"));
  CAF_CHECK(logged("shard1 shards"));
  CAF_CHECK(logged("dispatcher shards"));
}

CAF_TEST(hooks_are_optional) {
  config.start_hooks = nullptr;
  start_supervisor();
  CAF_CHECK(!actors().hooks);
}

CAF_TEST(a_dead_shard_is_replaced_and_introduced_to_all) {
  start_supervisor();
  const auto before = actors();
  kill(before.shards[1]);
  CAF_CHECK((sorted_log() ==
             strings{"start shard1", "dispatcher shards", "shard0 shards", "shard1 shards"}));
  const auto after = actors();
  CAF_CHECK(after.shards[0] == before.shards[0]);
  CAF_CHECK(after.shards[1] != before.shards[1]);
  CAF_CHECK(restarted == std::vector<supervised>{supervised::shard});
}

CAF_TEST(a_dead_registry_is_replaced_and_the_shards_are_told) {
  start_supervisor();
  kill(actors().registry);
  CAF_CHECK((sorted_log() == strings{"start registry", "shard0 registry", "shard1 registry"}));
}

CAF_TEST(a_dead_dispatcher_is_replaced_and_given_the_shards) {
  start_supervisor();
  kill(actors().dispatcher);
  CAF_CHECK((log == strings{"start dispatcher", "dispatcher shards"}));
}

CAF_TEST(a_dead_hook_runner_is_replaced_and_the_shards_are_told) {
  start_supervisor();
  kill(actors().hooks);
  CAF_CHECK((sorted_log() == strings{"start hooks", "shard0 hooks", "shard1 hooks"}));
}

CAF_TEST(an_exception_is_a_death_like_any_other) {
  start_supervisor();
  log.clear();
  caf::anon_send(actors().registry, blow_up{});
  run();
  CAF_CHECK(logged("start registry"));
}

CAF_TEST(too_many_restarts_within_the_window_stop_the_node) {
  start_supervisor();
  for (int i = 0; i < 3; ++i)
    kill(actors().registry);
  CAF_CHECK(gave_up.empty());
  kill(actors().dispatcher);
  CAF_REQUIRE_EQUAL(gave_up.size(), 1u);
  CAF_CHECK(gave_up[0].find("dispatcher") != std::string::npos);
  CAF_CHECK(log.empty());
  kill(actors().registry);
  CAF_CHECK(log.empty());
  CAF_CHECK_EQUAL(gave_up.size(), 1u);
}

CAF_TEST(restarts_that_are_far_apart_are_forgiven) {
  start_supervisor();
  for (int i = 0; i < 10; ++i) {
    kill(actors().registry);
    advance_time(std::chrono::seconds{4});
  }
  CAF_CHECK(gave_up.empty());
  CAF_CHECK_EQUAL(restarted.size(), 10u);
}

CAF_TEST(while_stopping_nothing_is_restarted) {
  start_supervisor();
  const auto all = ask(stop_restarting{});
  CAF_CHECK(all.registry);
  CAF_CHECK(all.dispatcher);
  CAF_CHECK(all.hooks);
  CAF_CHECK_EQUAL(all.shards.size(), 2u);
  kill(all.registry);
  kill(all.shards[0]);
  CAF_CHECK(log.empty());
  CAF_CHECK(!actors().shards[0]);
  CAF_CHECK(gave_up.empty());
}

CAF_TEST(a_dead_supervisor_leaves_nobody_unsupervised) {
  start_supervisor();
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  run();
  CAF_CHECK_EQUAL(actors_left(), 0u);
}

CAF_TEST(the_application_reaches_the_current_dispatcher) {
  start_supervisor();
  kill(actors().dispatcher);
  std::vector<notify_status> statuses;
  std::vector<std::uint64_t> versions;
  caf::anon_send(supervisor, notify_request{{"client-0-1", "test", {}},
                                            [&](auto answer) { statuses.push_back(*answer); }});
  caf::anon_send(supervisor,
                 catalog_request{{}, [&](auto answer) { versions.push_back(*answer); }});
  caf::anon_send(supervisor, resource_updated{"file:///a"});
  run();
  thread_says(0);
  thread_says(1);
  CAF_CHECK(statuses == std::vector<notify_status>{notify_status::not_supported});
  CAF_CHECK(versions == std::vector<std::uint64_t>{7});
  CAF_CHECK(logged("dispatcher file:///a"));
}

CAF_TEST(an_update_is_answered_when_every_thread_uses_it) {
  start_supervisor();
  std::vector<std::uint64_t> versions;
  caf::anon_send(supervisor,
                 catalog_request{{}, [&](auto answer) { versions.push_back(*answer); }});
  sched.run(); // and no timeout
  CAF_REQUIRE_EQUAL(threads.size(), 2u);
  thread_says(1);
  CAF_CHECK(versions.empty());
  thread_says(0);
  CAF_CHECK(versions == std::vector<std::uint64_t>{7});
}

CAF_TEST(a_thread_that_does_not_say_so_is_not_waited_for_for_ever) {
  start_supervisor();
  std::vector<std::uint64_t> versions;
  caf::anon_send(supervisor,
                 catalog_request{{}, [&](auto answer) { versions.push_back(*answer); }});
  sched.run(); // and no timeout
  thread_says(0);
  CAF_CHECK(versions.empty());
  advance_time(std::chrono::seconds{10});
  run();
  CAF_CHECK(versions == std::vector<std::uint64_t>{7});
}

CAF_TEST(whoever_asks_hears_when_every_thread_has_what_it_was_sent) {
  start_supervisor();
  int heard = 0;
  caf::anon_send(supervisor, up_to_date_request{[&] { ++heard; }});
  sched.run(); // and no timeout
  CAF_REQUIRE_EQUAL(threads.size(), 2u);
  thread_says(1);
  CAF_CHECK_EQUAL(heard, 0);
  thread_says(0);
  CAF_CHECK_EQUAL(heard, 1);
}

CAF_TEST(without_a_dispatcher_the_application_gets_an_error) {
  start_supervisor();
  const auto all = ask(stop_restarting{});
  kill(all.dispatcher);
  int errors = 0;
  caf::anon_send(supervisor, catalog_request{{}, [&](auto answer) { errors += answer ? 0 : 1; }});
  run();
  CAF_CHECK_EQUAL(errors, 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
