// What two nodes say to each other about sessions that move, and when one of them leaves.

#define CAF_SUITE peer_handover

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/actors/peer_fixture.hpp"
#include "tests/actors/session_fixture.hpp"
#include "troupe/actors/has_ended.hpp"
#include "troupe/actors/peer.hpp"
#include "troupe/actors/peer_messages.hpp"

using namespace troupe;

namespace {

struct outcomes final : peer_observer {
  std::vector<handover_outcome> out, in, tasks_out, tasks_in;
  std::ptrdiff_t queued = 0;
  void batch_sent(std::size_t) noexcept override {}
  void batch_received(std::size_t) noexcept override {}
  void queue_changed(std::ptrdiff_t bytes) noexcept override { queued += bytes; }
  void request_forwarded() noexcept override {}
  void request_refused() noexcept override {}
  void request_failed() noexcept override {}
  void session_sent(handover_outcome outcome) noexcept override { out.push_back(outcome); }
  void session_received(handover_outcome outcome) noexcept override { in.push_back(outcome); }
  void task_sent(handover_outcome outcome) noexcept override { tasks_out.push_back(outcome); }
  void task_received(handover_outcome outcome) noexcept override { tasks_in.push_back(outcome); }
};

/// Two nodes in one system; each has an actor that is its cluster and its shard.
struct fixture : test_coordinator_fixture<> {
  struct node {
    outcomes observer;
    test::counted tools;
    std::vector<std::string> told;
    std::vector<routed> requests;
    std::vector<adoption> adoptions;
    std::vector<task_adoption> tasks;
    std::vector<protocol::request_id> questions; ///< for tasks
    bool holds_questions = false;
    caf::typed_response_promise<task_reply> held;
    caf::event_based_actor* handle = nullptr;
    caf::actor self;
    caf::actor peer;
    std::function<void(std::string)> lost;
  };
  std::size_t own = sys.registry().running();
  node alice;
  node bob;
  protocol::session_id id = protocol::make_session_id();
  std::shared_ptr<test::transport_log> log = std::make_shared<test::transport_log>();
  caf::actor transport = sys.spawn(test::recording_transport, log);
  std::vector<handover_verdict> verdicts;
  std::vector<task_reply> replies;

  fixture() {
    bob.peer = spawn_peer(config_of(bob, 1));
    auto config = config_of(alice, 2);
    config.attach = [this](caf::event_based_actor&, const std::function<void(caf::actor)>& found,
                           auto lost) {
      alice.lost = std::move(lost);
      found(bob.peer);
    };
    alice.peer = spawn_peer(std::move(config));
    sched.run();
    alice.told.clear();
    bob.told.clear();
  }

  ~fixture() override {
    for (auto* each : {&alice, &bob}) {
      each->lost = nullptr;
      each->adoptions.clear();
      each->tasks.clear();
      each->held = {};
      each->requests.clear();
      caf::anon_send_exit(each->peer, caf::exit_reason::user_shutdown);
      caf::anon_send_exit(each->self, caf::exit_reason::user_shutdown);
    }
    caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
    sched.run();
    CAF_CHECK_EQUAL(sys.registry().running() - own, 0u);
    CAF_CHECK_EQUAL(alice.observer.queued, 0);
  }

  peer_config config_of(node& mine, protocol::node_number other) {
    mine.self = sys.spawn([&mine](caf::event_based_actor* self) -> caf::behavior {
      mine.handle = self;
      return {
          [&mine](const peer_joined&) { mine.told.emplace_back("joined"); },
          [&mine](const peer_leaves& who) {
            mine.told.push_back("leaves " + std::to_string(who.node));
            for (const auto heir : who.heirs)
              mine.told.back() += " to " + std::to_string(heir);
          },
          [&mine](const peer_takes& who) {
            mine.told.push_back("takes " + std::to_string(who.node));
          },
          [&mine](const peer_lost& gone) {
            mine.told.push_back((gone.cut_off ? "cut off " : "lost ") + std::to_string(gone.node));
          },
          [&mine](const peer_holds& held) {
            mine.told.push_back("holds " + std::to_string(held.numbers.size()));
          },
          [&mine](routed& request) { mine.requests.push_back(std::move(request)); },
          [&mine](adoption& one) { mine.adoptions.push_back(std::move(one)); },
          [&mine](task_adoption& one) { mine.tasks.push_back(std::move(one)); },
          [&mine](const task_request& asked) -> caf::result<task_reply> {
            mine.questions.push_back(asked.id);
            if (mine.holds_questions) {
              mine.held = mine.handle->make_response_promise<task_reply>();
              return mine.held;
            }
            auto gone = make_unknown_task_reply(asked.id);
            gone.absent = task_absence{2, 5, {}};
            return gone;
          },
      };
    });
    peer_config config;
    config.other.number = other;
    config.home = sys.dummy_execution_unit();
    config.cluster = mine.self;
    config.shards = {mine.self};
    config.observer = &mine.observer;
    config.tools = &mine.tools;
    config.cut = [this, &mine] { // the other end notices, as it does of a socket
      if (const auto& far_end = &mine == &alice ? bob : alice; far_end.lost)
        far_end.lost("the connection is lost");
    };
    config.attach = [&mine](caf::event_based_actor&, auto, auto lost) {
      mine.lost = std::move(lost);
    };
    return config;
  }

  /// A session of alice asks to go to bob.
  void hand_over() {
    auto image = std::make_shared<session_image>();
    image->id = id.view();
    image->client_name = "somebody";
    sys.spawn([this, image](caf::event_based_actor* self) {
      self->request(alice.peer, caf::infinite, session_handover{image})
          .then([this](const handover_verdict& verdict) { verdicts.push_back(verdict); });
    });
    sched.run();
  }

  void hand_over_task() {
    auto image = std::make_shared<task_image>();
    image->id = id.view();
    image->message = "almost done";
    image->call.client_name = "somebody";
    image->last_word.text = "{}";
    image->open_keys = {"a", "b"};
    image->asked = {{"a", 2}};
    image->used_keys = {"a", "a-2"};
    sys.spawn([this, image](caf::event_based_actor* self) {
      self->request(alice.peer, caf::infinite, task_handover{image})
          .then([this](const handover_verdict& verdict) { verdicts.push_back(verdict); });
    });
    sched.run();
  }

  /// A client of alice asks for a task of bob.
  void ask_for_task() {
    sys.spawn([this](caf::event_based_actor* self) {
      self->request(alice.peer, caf::infinite,
                    task_request{id, protocol::method::tasks_get,
                                 protocol::request_id{std::int64_t{7}}, nullptr, nullptr})
          .then([this](const task_reply& said) { replies.push_back(said); });
    });
    sched.run();
  }

  forward request(std::string body) {
    forward result{forward_kind::post, id, std::move(body), transport, 5};
    result.id = protocol::request_id{std::int64_t{7}};
    return result;
  }

  template<class Message>
  void tell(const caf::actor& whom, Message message) {
    caf::anon_send(whom, std::move(message));
    sched.run();
  }
};

constexpr auto ping = R"({"jsonrpc":"2.0","id":7,"method":"ping"})";

} // namespace

CAF_TEST_FIXTURE_SCOPE(peer_handover_tests, fixture)

CAF_TEST(a_session_goes_over_and_the_verdict_comes_back) {
  hand_over();
  CAF_REQUIRE_EQUAL(bob.adoptions.size(), 1u);
  CAF_CHECK_EQUAL(bob.adoptions[0].image->client_name, "somebody");
  CAF_CHECK(verdicts.empty());
  tell(bob.adoptions[0].peer, adoption_verdict{moving::session, bob.adoptions[0].number, {}});
  CAF_REQUIRE_EQUAL(verdicts.size(), 1u);
  CAF_CHECK(verdicts[0].outcome == handover_outcome::taken);
  CAF_CHECK(alice.observer.out == std::vector{handover_outcome::taken});
  CAF_CHECK(bob.observer.in == std::vector{handover_outcome::taken});
}

CAF_TEST(who_has_taken_a_session_is_told_once) {
  hand_over();
  hand_over();
  for (const auto& one : bob.adoptions)
    tell(one.peer, adoption_verdict{moving::session, one.number, {}});
  CAF_CHECK_EQUAL(alice.told, std::vector<std::string>{"takes 2"});
}

CAF_TEST(a_refusal_says_why) {
  hand_over();
  tell(bob.adoptions.at(0).peer,
       adoption_verdict{moving::session, bob.adoptions[0].number, "full"});
  CAF_REQUIRE_EQUAL(verdicts.size(), 1u);
  CAF_CHECK(verdicts[0].outcome == handover_outcome::refused);
  CAF_CHECK_EQUAL(verdicts[0].why, "full");
}

CAF_TEST(when_the_connection_ends_nobody_knows) {
  hand_over();
  caf::anon_send_exit(bob.peer, caf::exit_reason::kill);
  sched.run();
  CAF_REQUIRE_EQUAL(verdicts.size(), 1u);
  CAF_CHECK(verdicts[0].outcome == handover_outcome::lost);
}

CAF_TEST(a_request_that_found_no_session_comes_back_as_it_was) {
  tell(alice.peer, request(ping));
  CAF_REQUIRE_EQUAL(bob.requests.size(), 1u);
  auto& arrived = bob.requests[0];
  tell(arrived.transport, bounced{arrived.exchange, arrived.session, arrived.content, 2, 9});
  CAF_CHECK_EQUAL(test::lines_of(log->lines), "bounced to 9\n");
  // The exchange is over on both sides: nothing more can come for it.
  tell(bob.peer, reply{arrived.exchange, 200, "{}", {}, 0});
  CAF_CHECK_EQUAL(log->lines.size(), 1u);
}

CAF_TEST(what_each_holds_is_told_to_the_other_cluster) {
  tell(alice.peer, peer_holdings{{4, 5}});
  CAF_CHECK_EQUAL(bob.told, std::vector<std::string>{"holds 2"});
  CAF_CHECK(alice.told.empty());
}

CAF_TEST(a_node_leaves_when_all_that_was_asked_is_answered) {
  tell(alice.peer, request(ping));
  CAF_REQUIRE_EQUAL(bob.requests.size(), 1u);
  tell(bob.peer, leave{{5, 6}});
  CAF_CHECK_EQUAL(alice.told, std::vector<std::string>{"leaves 2 to 5 to 6"});
  CAF_CHECK(bob.told.empty());
  // No more requests go there: the connection looks for another way.
  tell(alice.peer, request(ping));
  CAF_CHECK_EQUAL(bob.requests.size(), 1u);
  CAF_CHECK_EQUAL(test::lines_of(log->lines), "bounced to 0\n");
  tell(bob.peer, reply{bob.requests[0].exchange, 200, "{}", {}, 0});
  CAF_CHECK_EQUAL(log->lines.size(), 2u);
  CAF_CHECK_EQUAL(alice.told.back(), "lost 2");
  CAF_CHECK_EQUAL(bob.told.back(), "lost 1");
  // A connection that has not heard of it yet is sent on, until nobody can be left who has not.
  tell(alice.peer, request(ping));
  CAF_CHECK_EQUAL(log->lines.back(), "bounced to 0");
  CAF_CHECK(!has_ended(alice.peer));
  sched.clock().advance_time(std::chrono::seconds{5});
  sched.run();
  CAF_CHECK(has_ended(alice.peer));
}

CAF_TEST(a_request_that_comes_after_the_end_is_refused_and_not_dropped) {
  caf::anon_send_exit(bob.peer, caf::exit_reason::kill);
  sched.run();
  CAF_CHECK_EQUAL(alice.told.back(), "lost 2");
  tell(alice.peer, request(ping));
  CAF_CHECK(log->lines.back().find("503") != std::string::npos);
  hand_over();
  CAF_REQUIRE_EQUAL(verdicts.size(), 1u);
  CAF_CHECK(verdicts[0].outcome == handover_outcome::refused);
}

CAF_TEST(a_task_goes_over_and_is_counted_as_one) {
  hand_over_task();
  CAF_REQUIRE_EQUAL(bob.tasks.size(), 1u);
  const auto& image = *bob.tasks[0].image;
  CAF_CHECK_EQUAL(image.message, "almost done");
  CAF_CHECK_EQUAL(image.call.client_name, "somebody");
  CAF_CHECK_EQUAL(image.open_keys, (std::vector<std::string>{"a", "b"}));
  CAF_CHECK(image.asked == (std::vector<asked_key>{{"a", 2}}));
  tell(bob.tasks[0].peer, adoption_verdict{moving::task, bob.tasks[0].number, {}});
  CAF_REQUIRE_EQUAL(verdicts.size(), 1u);
  CAF_CHECK(verdicts[0].outcome == handover_outcome::taken);
  CAF_CHECK(alice.observer.tasks_out == std::vector{handover_outcome::taken});
  CAF_CHECK(bob.observer.tasks_in == std::vector{handover_outcome::taken});
  CAF_CHECK(alice.observer.out.empty() && bob.observer.in.empty());
  CAF_CHECK_EQUAL(alice.told, std::vector<std::string>{"takes 2"});
}

CAF_TEST(a_task_on_its_way_is_lost_with_the_connection) {
  hand_over_task();
  caf::anon_send_exit(bob.peer, caf::exit_reason::kill);
  sched.run();
  CAF_REQUIRE_EQUAL(verdicts.size(), 1u);
  CAF_CHECK(verdicts[0].outcome == handover_outcome::lost);
  CAF_CHECK(alice.observer.tasks_out == std::vector{handover_outcome::lost});
}

CAF_TEST(who_asks_for_a_task_that_has_moved_is_told_where_it_is) {
  ask_for_task();
  CAF_REQUIRE_EQUAL(replies.size(), 1u);
  CAF_REQUIRE(replies[0].absent.has_value());
  CAF_CHECK_EQUAL(replies[0].absent->from, 2u);
  CAF_CHECK_EQUAL(replies[0].absent->to, 5u);
}

CAF_TEST(a_node_that_leaves_answers_questions_for_tasks_and_takes_no_more) {
  bob.holds_questions = true;
  ask_for_task();
  CAF_REQUIRE_EQUAL(bob.questions.size(), 1u);
  tell(bob.peer, leave{{5, 6}});
  CAF_CHECK(bob.told.empty()); // it has not left yet
  ask_for_task();
  CAF_CHECK_EQUAL(bob.questions.size(), 1u);
  CAF_REQUIRE_EQUAL(replies.size(), 1u);
  CAF_CHECK(replies[0].absent->heirs == (std::vector<protocol::node_number>{5, 6}));
  bob.held.deliver(task_reply{"{}"});
  bob.held = {};
  sched.run();
  CAF_REQUIRE_EQUAL(replies.size(), 2u);
  CAF_CHECK_EQUAL(replies[1].json, "{}");
  CAF_CHECK_EQUAL(bob.told.back(), "lost 1");
}

CAF_TEST(both_may_leave_at_once) {
  caf::anon_send(alice.peer, leave{});
  caf::anon_send(bob.peer, leave{});
  sched.run();
  CAF_CHECK_EQUAL(alice.told.back(), "lost 2");
  CAF_CHECK_EQUAL(bob.told.back(), "lost 1");
}

CAF_TEST_FIXTURE_SCOPE_END()
