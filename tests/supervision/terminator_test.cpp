#define CAF_SUITE terminator

#include "troupe/supervision/terminator.hpp"

#include "tests/supervision/actor_fixture.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "troupe/actors/messages.hpp"
#include "troupe/supervision/messages.hpp"

using namespace troupe;
using namespace troupe::supervision;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

enum class manner { orderly, busy, deaf };

struct fixture : test::actor_fixture {
  strings log;
  supervised_actors actors;
  caf::actor supervisor;
  std::optional<shutdown_report> report;
  caf::resumable* blocked = nullptr; ///< gets no thread
  manner registry_manner = manner::orderly;
  manner shard_manner = manner::orderly;
  manner hook_manner = manner::orderly;
  bool with_hooks = true;

  ~fixture() override {
    blocked = nullptr;
    CAF_CHECK_EQUAL(actors_left(), 0u);
  }

  /// orderly: drains at once. busy: never, but reacts to drain_timeout. deaf: ignores exits.
  caf::actor start(const std::string& name, manner how) {
    return sys.spawn([this, name, how](caf::event_based_actor* me) -> caf::behavior {
      me->set_exit_handler([this, name, how, me](caf::exit_msg& exit) {
        log.push_back(name + " exit");
        if (how != manner::deaf)
          me->quit(exit.reason);
      });
      return {
          [this, name, how, me](drain) -> caf::result<drained> {
            log.push_back(name + " drain");
            if (how == manner::orderly)
              return drained{};
            waiting_.push_back(me->make_response_promise());
            return caf::delegated<drained>{};
          },
          [this, name](drain_timeout) {
            log.push_back(name + " timeout");
            return left_over{0, {"a call of " + name}};
          },
      };
    });
  }

  void start_all() {
    actors.registry = start("registry", registry_manner);
    actors.dispatcher = start("dispatcher", manner::orderly);
    if (with_hooks)
      actors.hooks = start("hooks", hook_manner);
    actors.shards = {start("shard0", shard_manner), start("shard1", manner::orderly)};
    supervisor = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](stop_restarting) {
        log.push_back("supervisor stop_restarting");
        return actors;
      }};
    });
  }

  void stop() {
    terminator_config config;
    config.supervisor = supervisor;
    config.limit = 30s;
    config.grace = 1s;
    config.on_done = [this](const shutdown_report& done) {
      CAF_CHECK(!report);
      report = done;
    };
    spawn_terminator(sys, config);
    supervisor = nullptr;
    consume();
    actors = {};
  }

  void consume() {
    sched.run_jobs_filtered([this](caf::resumable* job) { return job != blocked; });
  }

  void pass(caf::timespan time) {
    advance_time(time);
    consume();
  }

  bool logged(const std::string& line) const {
    return std::find(log.begin(), log.end(), line) != log.end();
  }
  std::ptrdiff_t position(const std::string& line) const {
    return std::find(log.begin(), log.end(), line) - log.begin();
  }

private:
  std::vector<caf::response_promise> waiting_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(terminator_tests, fixture)

CAF_TEST(the_cluster_is_left_when_all_is_drained) {
  bool answers = false;
  for (int round = 0; round < 2; ++round, answers = true) {
    log.clear();
    report = {};
    start_all();
    actors.cluster = sys.spawn([this, answers](caf::event_based_actor* me) -> caf::behavior {
      return {[this, answers, me](leave_cluster) -> caf::result<left_cluster> {
        log.emplace_back("cluster leave");
        if (answers)
          return left_cluster{};
        me->make_response_promise(); // never
        return caf::delegated<left_cluster>{};
      }};
    });
    stop();
    CAF_CHECK(position("hooks drain") < position("cluster leave"));
    if (!answers) {
      CAF_CHECK(!logged("shard0 exit"));
      pass(1s);
    }
    CAF_CHECK(position("cluster leave") < position("shard0 exit"));
    CAF_REQUIRE(report);
    CAF_CHECK(report->clean());
  }
}

CAF_TEST(an_idle_node_ends_without_any_time_passing) {
  start_all();
  stop();
  CAF_REQUIRE(report);
  CAF_CHECK(report->clean());
  CAF_CHECK_EQUAL(log.front(), "supervisor stop_restarting");
  CAF_CHECK(position("shard0 drain") < position("hooks drain"));
  CAF_CHECK(position("shard1 drain") < position("hooks drain"));
  CAF_CHECK(position("hooks drain") < position("shard0 exit"));
  CAF_CHECK(logged("registry exit"));
  CAF_CHECK(logged("dispatcher exit"));
}

CAF_TEST(a_node_without_hooks_ends_as_well) {
  with_hooks = false;
  start_all();
  stop();
  CAF_REQUIRE(report);
  CAF_CHECK(report->clean());
}

CAF_TEST(what_runs_is_awaited_until_the_limit_and_then_killed_and_named) {
  shard_manner = manner::busy;
  start_all();
  stop();
  pass(29s);
  CAF_CHECK(!report);
  CAF_CHECK(!logged("shard0 timeout"));
  CAF_CHECK(!logged("hooks drain"));
  pass(2s);
  CAF_CHECK(logged("shard0 timeout"));
  CAF_CHECK(!logged("shard1 timeout"));
  CAF_REQUIRE(report);
  CAF_CHECK(report->killed == strings{"a call of shard0"});
  CAF_CHECK(report->hung.empty());
}

CAF_TEST(a_shard_that_dies_while_draining_is_not_waited_for) {
  shard_manner = manner::busy;
  start_all();
  const auto dying = actors.shards[0];
  stop();
  CAF_CHECK(!report);
  caf::anon_send_exit(dying, caf::exit_reason::kill);
  consume();
  CAF_REQUIRE(report);
  CAF_CHECK(report->clean());
}

CAF_TEST(a_hook_that_does_not_return_is_given_the_rest_of_the_limit) {
  hook_manner = manner::busy;
  start_all();
  stop();
  pass(29s);
  CAF_CHECK(!report);
  pass(2s);
  CAF_REQUIRE(report);
  CAF_CHECK_EQUAL(report->killed.size(), 1u);
}

CAF_TEST(an_actor_that_ignores_its_exit_is_killed_after_the_grace) {
  registry_manner = manner::deaf;
  start_all();
  stop();
  CAF_CHECK(logged("registry exit"));
  CAF_CHECK(!report);
  pass(1s);
  CAF_REQUIRE(report);
  CAF_CHECK(report->clean());
}

CAF_TEST(an_actor_that_does_not_even_react_to_being_killed_is_named) {
  start_all();
  // As if a handler that never returns had its thread.
  blocked = dynamic_cast<caf::resumable*>(caf::actor_cast<caf::abstract_actor*>(actors.registry));
  stop();
  pass(1s);
  CAF_CHECK(!report);
  pass(1s);
  CAF_REQUIRE(report);
  CAF_CHECK(report->killed.empty());
  CAF_CHECK(report->hung == strings{"registry"});
}

CAF_TEST(a_dead_supervisor_does_not_keep_the_node_from_ending) {
  start_all();
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  consume();
  for (const auto& one :
       {actors.registry, actors.dispatcher, actors.hooks, actors.shards[0], actors.shards[1]})
    caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
  stop();
  CAF_REQUIRE(report);
  CAF_CHECK(report->clean());
}

CAF_TEST_FIXTURE_SCOPE_END()
