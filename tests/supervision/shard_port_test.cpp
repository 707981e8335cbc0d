// The port of one I/O thread: bound first, served on demand, given connections of other threads.

#define CAF_SUITE shard_port

#include "tests/supervision/shard_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace troupe::supervision;

CAF_TEST_FIXTURE_SCOPE(shard_port_tests, shard_fixture)

CAF_TEST(a_port_is_bound_first_and_served_on_demand) {
  const auto bound = bind();
  CAF_REQUIRE(bound);
  CAF_CHECK_EQUAL(bound->port, 4711);
  CAF_CHECK(!port->started);
  tell(start_accepting{});
  CAF_CHECK(port->started);
}

CAF_TEST(a_port_that_is_taken_is_an_answer_and_not_a_crash) {
  bind_error = EADDRINUSE;
  const auto bound = bind();
  CAF_REQUIRE(!bound);
  CAF_CHECK(sys.render(bound.error()).find("in use") != std::string::npos);
  bind_error.reset();
  CAF_CHECK(bind());
}

CAF_TEST(a_shard_in_a_dead_ones_place_serves_at_once) {
  auto config = describe();
  config.serve = net::tcp::endpoint{};
  const auto outer = std::exchange(tick, nullptr);
  const auto successor = spawn_shard(std::move(config));
  run();
  CAF_CHECK(port->started);
  state = nullptr;
  caf::anon_send_exit(successor, caf::exit_reason::user_shutdown);
  run();
  tick = outer;
  port->stopped = false;
}

CAF_TEST(a_connection_of_another_thread_goes_to_the_port_while_there_is_one) {
  int back = 0;
  const auto origin = sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const net::connection_move&) { ++back; }, [](const net::connection_left&) {}};
  });
  const auto move = [&] {
    caf::anon_send(shard, net::connection_move{std::make_shared<net::moving_connection>(
                              net::detached_stream{-1, net::tcp::v4(), nullptr}, origin)});
    run();
  };
  move();
  CAF_CHECK_EQUAL(port->taken.size(), 1u);
  CAF_CHECK_EQUAL(back, 0);
  caf::anon_send(shard, drain{});
  run();
  port->when_closed();
  run();
  move();
  CAF_CHECK_EQUAL(port->taken.size(), 1u);
  CAF_CHECK_EQUAL(back, 1);
  port->taken.clear();
  caf::anon_send_exit(origin, caf::exit_reason::kill);
  run();
}

CAF_TEST_FIXTURE_SCOPE_END()
