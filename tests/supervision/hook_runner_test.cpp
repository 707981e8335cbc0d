#define CAF_SUITE hook_runner

#include "troupe/supervision/hook_runner.hpp"

#include "tests/supervision/actor_fixture.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::supervision;

namespace {

struct fixture : test::actor_fixture {
  std::vector<std::string> called;
  int dropped = 0;
  client_hooks hooks;
  caf::actor runner;

  fixture() {
    hooks.connected = [this](const client_identity& who) {
      called.push_back("connected " + who.id);
    };
    hooks.initialized = [this](const client_identity& who) {
      called.push_back("initialized " + who.id);
    };
    hooks.disconnected = [this](const client_identity& who, session_end why) {
      called.push_back("disconnected " + who.id + " " + std::string{to_string(why)});
    };
  }

  ~fixture() override {
    caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
    CAF_CHECK_EQUAL(actors_left(), 0u);
  }

  void start(std::size_t max_queued = 1024) {
    hook_runner_config config;
    config.hooks = hooks;
    config.max_queued = max_queued;
    config.on_dropped = [this] { ++dropped; };
    config.own_thread = false; // the test's thread runs everything
    runner = spawn_hook_runner(sys, config);
    run();
  }

  template<class Event>
  void tell(Event event) {
    caf::anon_send(runner, std::move(event));
  }

  static client_identity who(int number) {
    return {"client-0-" + std::to_string(number), {}, {}, {}};
  }
};

using strings = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(hook_runner_tests, fixture)

CAF_TEST(hooks_are_called_in_the_order_of_the_events) {
  start();
  tell(client_connected{who(1)});
  tell(client_connected{who(2)});
  tell(client_initialized{who(1)});
  tell(client_disconnected{who(2), session_end::deleted});
  tell(client_disconnected{who(1), session_end::idle});
  run();
  CAF_CHECK(
      (called == strings{"connected client-0-1", "connected client-0-2", "initialized client-0-1",
                         "disconnected client-0-2 deleted", "disconnected client-0-1 idle"}));
}

CAF_TEST(one_event_is_handled_at_a_time) {
  start();
  tell(client_connected{who(1)});
  tell(client_connected{who(2)});
  expect((client_connected), to(runner));
  expect((client_connected), to(runner));
  CAF_CHECK(called.empty());
  CAF_REQUIRE(sched.has_job()); // the worker, with the first event alone
  sched.run_once();
  CAF_CHECK_EQUAL(called.size(), 1u);
  run();
  CAF_CHECK_EQUAL(called.size(), 2u);
}

CAF_TEST(a_hook_that_throws_does_not_stop_the_others) {
  hooks.connected = [](const client_identity&) { throw std::runtime_error{"broken hook"}; };
  start();
  tell(client_connected{who(1)});
  tell(client_initialized{who(1)});
  run();
  CAF_CHECK(called == strings{"initialized client-0-1"});
}

CAF_TEST(a_hook_that_is_not_set_is_passed_over) {
  hooks.initialized = nullptr;
  start();
  tell(client_connected{who(1)});
  tell(client_initialized{who(1)});
  tell(client_disconnected{who(1), session_end::deleted});
  run();
  CAF_CHECK_EQUAL(called.size(), 2u);
}

CAF_TEST(the_queue_is_bounded) {
  start(2);
  for (int i = 0; i < 5; ++i)
    tell(client_connected{who(i)});
  for (int i = 0; i < 5; ++i)
    expect((client_connected), to(runner)); // one at the worker, two wait, two are dropped
  run();
  CAF_CHECK(
      (called == strings{"connected client-0-0", "connected client-0-1", "connected client-0-2"}));
  CAF_CHECK_EQUAL(dropped, 2);
  tell(client_connected{who(9)});
  run();
  CAF_CHECK_EQUAL(called.back(), "connected client-0-9");
}

CAF_TEST(drained_means_that_every_hook_has_been_called) {
  start();
  tell(client_connected{who(1)});
  tell(client_connected{who(2)});
  auto answer = self->request(runner, caf::infinite, drain{});
  run();
  bool done = false;
  answer.receive(
      [&](const drained&) {
        done = true;
        CAF_CHECK_EQUAL(called.size(), 2u);
      },
      [](const caf::error&) {});
  CAF_CHECK(done);
}

CAF_TEST(an_empty_queue_is_drained_at_once) {
  start();
  auto answer = self->request(runner, caf::infinite, drain{});
  run();
  bool done = false;
  answer.receive([&](const drained&) { done = true; }, [](const caf::error&) {});
  CAF_CHECK(done);
}

CAF_TEST_FIXTURE_SCOPE_END()
