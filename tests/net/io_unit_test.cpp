// Threads that run actors: messages between them and with the pool, ticks, and an end with nothing
// left over.

#define CAF_SUITE io_unit

#include <caf/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <stdexcept>
#include <typeinfo>
#include <vector>

#include <boost/asio/post.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "troupe/actors/pinned.hpp"
#include "troupe/net/io_unit.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct ball {
  int left = 0;
  caf::actor other;
};
struct total {
  int count = 0;
};
struct where {};

using thread_id = std::thread::id;

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ball)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(total)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(where)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(thread_id)

namespace {

/// Plays the ball back as long as it lasts, then tells how often it was hit.
class player final : public pinned<caf::event_based_actor> {
public:
  player(caf::actor_config& config, caf::actor referee)
      : pinned(config), referee_(std::move(referee)) {}

  caf::behavior make_behavior() override {
    return {
        [this](const ball& b) {
          ++hits_;
          CAF_CHECK(dynamic_cast<net::io_unit*>(context()) == net::io_unit::current());
          if (b.left == 0)
            send(referee_, total{hits_});
          else
            send(b.other, ball{b.left - 1, caf::actor_cast<caf::actor>(ctrl())});
        },
        [](where) { return std::this_thread::get_id(); },
    };
  }
  void on_exit() override { referee_ = nullptr; }

private:
  caf::actor referee_;
  int hits_ = 0;
};

/// Takes balls without its behaviour, for which a ball is worth a thousand.
class catcher final : public pinned<caf::event_based_actor> {
public:
  using pinned::pinned;

  caf::behavior make_behavior() override {
    return {
        [this](const ball&) { caught_ += 1000; },
        [this](where) { return total{caught_}; },
    };
  }

private:
  bool on_frequent(const std::type_info& type, void* content) override {
    if (type != typeid(ball))
      return false;
    const auto& caught = *static_cast<ball*>(content);
    if (caught.left < 0)
      throw std::runtime_error("a ball of lead");
    caught_ += caught.left;
    if (caught.other)
      send(caught.other, total{caught_});
    return true;
  }

  int caught_ = 0;
};

/// Throws balls to all at once, and counts what comes back.
class thrower final : public pinned<caf::event_based_actor> {
public:
  thrower(caf::actor_config& config, std::vector<caf::actor> to, int& back)
      : pinned(config), to_(std::move(to)), back_(back) {}

  caf::behavior make_behavior() override {
    return {
        [this](where) {
          for (const auto& each : std::exchange(to_, {}))
            send(each, ball{1, caf::actor_cast<caf::actor>(ctrl())});
        },
        [this](const total& answer) { back_ += answer.count; },
    };
  }

private:
  std::vector<caf::actor> to_;
  int& back_;
};

struct fixture {
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::size_t running_before = system.registry().running();
  net::io_unit first{system, "first"};
  net::io_unit second{system, "second"};

  ~fixture() { system.await_all_actors_done(); }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(io_unit_tests, fixture)

CAF_TEST(actors_of_two_threads_exchange_messages_and_end) {
  first.start();
  second.start();
  {
    caf::scoped_actor self{system};
    const auto a = spawn_pinned<player>(first, caf::actor_cast<caf::actor>(self));
    const auto b = spawn_pinned<player>(second, caf::actor_cast<caf::actor>(self));
    self->send(a, ball{10'000, b});
    self->receive([](const total& result) { CAF_CHECK_EQUAL(result.count, 5001); });
    self->monitor(a);
    self->monitor(b);
    self->send_exit(a, caf::exit_reason::user_shutdown);
    self->send_exit(b, caf::exit_reason::kill);
    int ended = 0;
    self->receive_for(ended, 2)([](const caf::down_msg&) {});
  }
  first.stop();
  second.stop();
  first.join();
  second.join();
  CAF_CHECK_EQUAL(system.registry().running(), running_before);
}

CAF_TEST(an_actor_runs_on_the_thread_of_its_unit_only) {
  first.start();
  caf::scoped_actor self{system};
  std::promise<thread_id> here;
  boost::asio::post(first.loop(), [&] { here.set_value(std::this_thread::get_id()); });
  const auto expected = here.get_future().get();
  const auto a = spawn_pinned<player>(first, caf::actor_cast<caf::actor>(self));
  for (int i = 0; i < 10; ++i)
    self->request(a, 10s, where{})
        .receive([&](thread_id id) { CAF_CHECK(id == expected); },
                 [](const caf::error&) { CAF_FAIL("no answer"); });
  self->send_exit(a, caf::exit_reason::user_shutdown);
  self->wait_for(a);
}

CAF_TEST(two_busy_actors_of_one_thread_do_not_starve_its_sockets) {
  first.start();
  caf::scoped_actor self{system};
  const auto a = spawn_pinned<player>(first, caf::actor_cast<caf::actor>(self));
  const auto b = spawn_pinned<player>(first, caf::actor_cast<caf::actor>(self));
  self->send(a, ball{200'000'000, b});
  for (int i = 0; i < 10; ++i) {
    std::promise<void> handled;
    boost::asio::post(first.loop(), [&] { handled.set_value(); });
    CAF_CHECK(handled.get_future().wait_for(10s) == std::future_status::ready);
  }
  self->send_exit(a, caf::exit_reason::kill);
  self->send_exit(b, caf::exit_reason::kill);
  self->wait_for(a, b);
}

CAF_TEST(frequent_messages_pass_the_behaviour_by) {
  const auto target = spawn_pinned<catcher>(first);
  caf::scoped_actor self{system};
  const auto held = caf::make_message(ball{100, nullptr}); // by two, so nobody may change it
  caf::anon_send(target, ball{2, nullptr});
  caf::anon_send(target, ball{3, nullptr});
  self->send(target, held);
  auto asked = self->request(target, caf::infinite, where{});
  first.poll();
  asked.receive([](const total& answer) { CAF_CHECK_EQUAL(answer.count, 5 + 1000); },
                [](const caf::error&) { CAF_FAIL("no answer"); });
  caf::anon_send(target, ball{-1, nullptr});
  first.poll();
  const auto* ended = caf::actor_cast<caf::abstract_actor*>(target);
  CAF_CHECK(ended->getf(caf::abstract_actor::is_cleaned_up_flag));
}

CAF_TEST(a_message_for_many_is_answered_by_each) {
  constexpr int many = 200; // more than run in a row
  int back = 0;
  std::vector<caf::actor> all;
  for (int i = 0; i < many; ++i)
    all.push_back(spawn_pinned<catcher>(first));
  const auto source = spawn_pinned<thrower>(first, all, back);
  caf::anon_send(source, where{});
  first.poll();
  CAF_CHECK_EQUAL(back, many);
  for (const auto& each : all)
    caf::anon_send_exit(each, caf::exit_reason::kill);
  caf::anon_send_exit(source, caf::exit_reason::kill);
  first.poll();
}

CAF_TEST(jobs_of_the_pool_are_passed_on) {
  caf::scoped_actor self{system};
  const auto worker = system.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](where) { return std::this_thread::get_id(); }};
  });
  // A message sent with the unit as context, as a pinned actor sends it.
  caf::anon_send(worker, where{});
  first.start();
  std::promise<void> sent;
  boost::asio::post(first.loop(), [&] {
    caf::actor_cast<caf::abstract_actor*>(worker)->enqueue(nullptr, caf::make_message_id(),
                                                           caf::make_message(where{}), &first);
    sent.set_value();
  });
  sent.get_future().get();
  self->request(worker, 10s, where{})
      .receive([&](thread_id id) { CAF_CHECK(id != std::this_thread::get_id()); },
               [](const caf::error&) { CAF_FAIL("no answer"); });
  self->send_exit(worker, caf::exit_reason::user_shutdown);
  self->wait_for(worker);
}

CAF_TEST(the_tick_comes_rarely_when_nothing_is_due_and_soon_after_something_ran) {
  std::promise<void> slow_tick;
  std::promise<void> caught_up;
  std::atomic<int> ticks{0};
  first.on_tick([&](time_point now) {
    if (++ticks == 1)
      slow_tick.set_value();
    else if (ticks == 2)
      caught_up.set_value();
    return now + 1h;
  });
  first.start();
  slow_tick.get_future().get();
  const auto before = clock::now();
  std::promise<void> handled;
  boost::asio::post(first.loop(), [&] {
    net::io_unit::catch_up();
    handled.set_value();
  });
  handled.get_future().get();
  caught_up.get_future().get();
  CAF_CHECK(clock::now() - before < net::io_unit::longest_pause);
}

CAF_TEST(a_tick_may_take_itself_away) {
  std::promise<void> last;
  auto alive = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = alive;
  first.on_tick([&, alive = std::move(alive)](time_point now) {
    first.on_tick({});
    CAF_CHECK_EQUAL(*alive, 1); // what runs is not destroyed
    last.set_value();
    return now;
  });
  first.start();
  last.get_future().get();
  first.stop();
  first.join();
  CAF_CHECK(watch.expired());
}

CAF_TEST(a_unit_may_end_without_ever_having_run) {
  caf::anon_send_exit(spawn_pinned<player>(second, caf::actor{}), caf::exit_reason::kill);
  second.poll();
  CAF_CHECK_EQUAL(system.registry().running(), running_before);
}

CAF_TEST_FIXTURE_SCOPE_END()
