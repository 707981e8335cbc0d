#define CAF_SUITE shard

#include "tests/supervision/shard_fixture.hpp"

#include "troupe/actors/peer_messages.hpp"
#include "troupe/supervision/publications.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace troupe::supervision;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(shard_tests, shard_fixture)

// -- limits -----------------------------------------------------------------------------------------

CAF_TEST(a_new_shard_registers_and_asks_for_its_first_blocks) {
  CAF_CHECK(
      (log == strings{"registry registered 0 0 0 0 0", "registry request connections 2",
                      "registry request sessions 2", "registry request uninitialized_sessions 2",
                      "registry request calls 2", "registry request tasks 2"}));
}

CAF_TEST(grants_and_recalls_reach_the_quota) {
  tell(lease_grant{limit::calls, 3});
  CAF_CHECK_EQUAL(state->limits.leased(limit::calls), 3u);
  auto answer = ask<lease_return>(lease_recall{limit::calls, 1});
  CAF_REQUIRE(answer);
  CAF_CHECK_EQUAL(answer->amount, 1u);
  CAF_CHECK_EQUAL(answer->shard, 1u);
  CAF_CHECK_EQUAL(state->limits.leased(limit::calls), 2u);
}

CAF_TEST(recalled_slots_are_repaid_when_they_become_free) {
  tell(lease_grant{limit::calls, 1});
  CAF_CHECK(state->limits.try_acquire(limit::calls));
  ask<lease_return>(lease_recall{limit::calls, 1});
  state->limits.release(limit::calls);
  run();
  CAF_CHECK(logged("registry repaid 1"));
}

CAF_TEST(a_new_registry_is_told_what_is_leased_and_asked_again) {
  tell(lease_grant{limit::calls, 3});
  const auto next = sys.spawn(
      [this](caf::event_based_actor*) -> caf::behavior { return record_registry("next"); });
  tell(registry_changed{next});
  CAF_CHECK((log == strings{"next registered 0 0 0 3 0", "next request connections 2",
                            "next request sessions 2", "next request uninitialized_sessions 2",
                            "next request tasks 2"}));
  caf::anon_send_exit(next, caf::exit_reason::user_shutdown);
}

CAF_TEST(a_report_counts_what_the_thread_holds) {
  tell(lease_grant{limit::connections, 2});
  CAF_CHECK(state->limits.try_acquire(limit::connections));
  add_session("session", 1);
  const auto report = ask<shard_report>(report_request{});
  CAF_REQUIRE(report);
  CAF_CHECK_EQUAL(report->connections, 1u);
  CAF_CHECK_EQUAL(report->sessions, 1u);
  CAF_CHECK_EQUAL(report->calls, 0u);
  forget_sessions();
}

// -- time --------------------------------------------------------------------------------------------

CAF_TEST(a_tick_fires_timers_and_says_when_the_next_is_due) {
  test::counting_observer unused;
  throwing_timer late;
  state->timers.arm(late, start_time + 1h);
  const auto next = tick(start_time + 1s);
  CAF_CHECK(next > start_time + 1s);
  CAF_CHECK(state->timers.now() == start_time + 1s);
  late.cancel();
  CAF_CHECK(tick(start_time + 2s) == time_point::max());
}

CAF_TEST(a_timer_that_throws_ends_the_shard_and_its_children) {
  const auto child = add_child("child");
  throwing_timer broken;
  state->timers.arm(broken, start_time + 50ms);
  tick(start_time + 1s);
  run();
  CAF_CHECK(logged("child end"));
  CAF_CHECK(!tick);
}

// -- news for sessions ------------------------------------------------------------------------------

CAF_TEST(what_is_for_a_session_of_this_thread_is_passed_on) {
  const auto id = add_session("session", 1);
  tell(routed{id, caf::make_message(session_deletion{transport, 7}), transport, 7});
  CAF_CHECK(log == strings{"session deletion"});
  CAF_CHECK(answers->replies.empty());
  forget_sessions();
}

CAF_TEST(what_is_for_an_unknown_session_is_answered_with_404) {
  tell(routed{protocol::make_session_id(), caf::make_message(session_deletion{transport, 7}),
              transport, 7});
  CAF_REQUIRE_EQUAL(answers->replies.size(), 1u);
  CAF_CHECK_EQUAL(answers->replies[0].status, 404);
  CAF_CHECK_EQUAL(answers->replies[0].exchange, 7u);
  CAF_CHECK(answers->replies[0].body.find("-32600") != std::string::npos);
}

CAF_TEST(a_notice_for_an_unknown_session_is_dropped) {
  tell(routed{protocol::make_session_id(), caf::make_message(client_notice{}), {}, 0});
  CAF_CHECK(answers->replies.empty());
}

CAF_TEST(all_sessions_are_told_which_lists_have_changed) {
  add_session("one", 1);
  const catalog_ptr next{[] {
    auto* made = new catalog;
    made->version = 3;
    return made;
  }()};
  tell(catalog_changed{next, list_changes{true, false, true}});
  CAF_CHECK(state->catalog == next);
  CAF_CHECK(
      (log == strings{R"(one {"jsonrpc":"2.0","method":"notifications/tools/list_changed"})",
                      R"(one {"jsonrpc":"2.0","method":"notifications/prompts/list_changed"})"}));
  // An earlier dispatcher's last word, late.
  tell(catalog_changed{catalog_ptr{new catalog}, list_changes{true, true, true}});
  CAF_CHECK(state->catalog == next);
  CAF_CHECK(log.empty());
  forget_sessions();
}

CAF_TEST(subscribers_and_nobody_else_are_told_of_a_new_resource) {
  add_session("one", 1);
  const auto other = add_session("other", 2);
  state->subscriptions["file:///a"].push_back(state->sessions.at(other));
  tell(resource_updated{"file:///a"});
  CAF_CHECK(
      log ==
      strings{
          R"(other {"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"file:///a"}})"});
  tell(resource_updated{"file:///b"});
  CAF_CHECK(log.empty());
  forget_sessions();
}

CAF_TEST(a_publication_to_many_is_told_in_portions) {
  constexpr auto sessions = 2 * publications::portion + 6;
  auto& subscribed = state->subscriptions["file:///a"];
  for (std::uint64_t i = 1; i <= sessions; ++i)
    subscribed.push_back(state->sessions.at(add_session("one", i)));
  run();
  log.clear();
  caf::anon_send(shard, resource_updated{"file:///a"});
  CAF_REQUIRE(sched.try_run_once());
  // A portion, and the shard, which has given way though more is in its mailbox.
  CAF_CHECK_EQUAL(sched.jobs.size(), publications::portion + 1);
  run();
  CAF_CHECK_EQUAL(log.size(), sessions);
  forget_sessions();
}

CAF_TEST(what_waits_to_be_told_is_told_once) {
  constexpr auto sessions = publications::portion + 1;
  for (const auto* uri : {"file:///a", "file:///b"})
    for (std::uint64_t i = 1; i <= sessions; ++i)
      state->subscriptions[uri].push_back(state->sessions.at(add_session("one", i)));
  run();
  log.clear();
  // The first has begun when the others come; of those, two are about the same.
  for (const auto* uri : {"file:///a", "file:///a", "file:///b", "file:///a", "file:///b"})
    caf::anon_send(shard, resource_updated{uri});
  run();
  CAF_CHECK_EQUAL(log.size(), 3 * sessions);
  forget_sessions();
}

CAF_TEST(a_bounded_number_of_publications_waits) {
  constexpr auto sessions = publications::portion + 1;
  constexpr auto subjects = publications::max_waiting + 2;
  for (std::uint64_t i = 1; i <= sessions; ++i) {
    const auto session = state->sessions.at(add_session("one", i));
    for (std::size_t subject = 0; subject < subjects; ++subject)
      state->subscriptions[std::to_string(subject)].push_back(session);
  }
  run();
  log.clear();
  for (std::size_t subject = 0; subject < subjects; ++subject)
    caf::anon_send(shard, resource_updated{std::to_string(subject)});
  run();
  CAF_CHECK_EQUAL(log.size(), subjects * sessions);
  forget_sessions();
}

CAF_TEST(what_is_being_told_is_told_to_the_end_before_a_drain) {
  constexpr auto sessions = 3 * publications::portion;
  for (std::uint64_t i = 1; i <= sessions; ++i)
    state->subscriptions["file:///a"].push_back(state->sessions.at(add_session("one", i)));
  run();
  log.clear();
  caf::anon_send(shard, resource_updated{"file:///a"});
  caf::anon_send(shard, drain{});
  run();
  CAF_CHECK_EQUAL(
      std::count_if(log.begin(), log.end(),
                    [](const auto& line) { return line.find("updated") != std::string::npos; }),
      static_cast<std::ptrdiff_t>(sessions));
  forget_sessions();
}

CAF_TEST(events_go_after_a_session_that_has_moved) {
  const auto id = protocol::make_session_id();
  const auto peer = sys.spawn([this, id](caf::event_based_actor*) -> caf::behavior {
    return {[this, id](const forward& words) {
      CAF_CHECK(words.kind == forward_kind::event && words.session == id);
      log.push_back(words.body);
    }};
  });
  state->moved.add(id, 2, peer, {"file:///a"});
  tell(resource_updated{"file:///a"});
  CAF_CHECK_EQUAL(log.size(), 1u);
  tell(resource_updated{"file:///b"});
  CAF_CHECK(log.empty());
  tell(catalog_changed{catalog_ptr{new catalog}, list_changes{true, false, false}});
  CAF_CHECK(log == strings{R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})"});
  caf::anon_send_exit(peer, caf::exit_reason::user_shutdown);
}

CAF_TEST(a_notification_finds_its_client_by_its_public_name) {
  add_session("one", 5);
  const auto status = [&](std::string name) {
    return ask<notified>(notify_client{std::move(name), "test", {}}).value().status;
  };
  CAF_CHECK(status("client-1-5") == notify_status::delivered);
  CAF_CHECK(status("client-1-6") == notify_status::client_not_found);
  CAF_CHECK(status("client-0-5") == notify_status::client_not_found);
  CAF_CHECK(status("nonsense") == notify_status::client_not_found);
  forget_sessions();
}

CAF_TEST(sessions_learn_that_a_handler_is_gone) {
  add_session("one", 1);
  tell(handler_gone{{}, "it died"});
  CAF_CHECK(log == strings{"one gone it died"});
  forget_sessions();
}

// -- the end ----------------------------------------------------------------------------------------

CAF_TEST(a_drain_without_children_is_done_when_the_port_is_closed) {
  bool done = false;
  auto answer = self->request(shard, caf::infinite, drain{});
  run();
  CAF_CHECK(state->draining);
  tell(start_accepting{});
  CAF_CHECK(!port->started);
  CAF_REQUIRE(port->when_closed);
  const auto late = add_child("who was in the queue", true);
  std::exchange(port->when_closed, nullptr)();
  run();
  CAF_CHECK_EQUAL(state->children.size(), 1u);
  caf::anon_send_exit(late, caf::exit_reason::user_shutdown);
  run();
  answer.receive(
      [&](const drained& which) {
        done = true;
        CAF_CHECK_EQUAL(which.shard, 1u);
      },
      [](const caf::error&) {});
  CAF_CHECK(done);
}

CAF_TEST(a_drain_is_done_when_the_last_child_has_ended) {
  add_child("idle");
  const auto busy = add_child("busy", true);
  log.clear();
  bool done = false;
  auto answer = self->request(shard, caf::infinite, drain{});
  run();
  CAF_CHECK(logged("idle end"));
  CAF_CHECK(logged("busy drain"));
  CAF_CHECK(!logged("busy end"));
  CAF_CHECK_EQUAL(state->children.size(), 1u);
  std::exchange(port->when_closed, nullptr)();
  run();
  caf::anon_send_exit(busy, caf::exit_reason::user_shutdown);
  run();
  answer.receive([&](const drained&) { done = true; }, [](const caf::error&) {});
  CAF_CHECK(done);
}

CAF_TEST(at_the_limit_what_is_left_is_killed_and_named) {
  add_session("session", 9, true);
  add_child("connection", true);
  tell(drain{});
  const auto left = ask<left_over>(drain_timeout{});
  CAF_REQUIRE(left);
  CAF_CHECK((left->names == strings{"session of client-1-9", "1 connections of shard 1"}));
  CAF_CHECK(logged("session end"));
  CAF_CHECK(logged("connection end"));
  CAF_CHECK(state->children.empty());
  forget_sessions();
}

CAF_TEST(a_shard_ends_its_children_before_itself) {
  add_child("one", true);
  add_child("two", true);
  state = nullptr;
  tell(caf::exit_msg{registry.address(), caf::exit_reason::user_shutdown});
  CAF_CHECK(logged("one end"));
  CAF_CHECK(logged("two end"));
  CAF_CHECK(!tick);
  CAF_CHECK(port->stopped);
}

CAF_TEST(children_that_appear_late_are_ended_by_the_next_tick) {
  const auto first = add_child("first", true);
  caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
  CAF_REQUIRE(sched.prioritize(shard));
  sched.run_once(); // its exit message; "first" has not seen its own yet
  const auto late = add_child("late", true);
  run();
  CAF_CHECK(logged("first end"));
  CAF_CHECK(!logged("late end"));
  CAF_REQUIRE(tick);
  tick(start_time + 1s);
  run();
  CAF_CHECK(logged("late end"));
  CAF_CHECK(!tick);
}

CAF_TEST(a_killed_shard_takes_everything_along) {
  add_child("one", true);
  state = nullptr;
  caf::anon_send_exit(shard, caf::exit_reason::kill);
  run();
  CAF_CHECK(logged("one end"));
  CAF_CHECK(!tick);
  CAF_CHECK(port->stopped);
}

CAF_TEST(a_child_that_dies_of_a_defect_leaves_the_others_alone) {
  const auto broken = add_child("broken");
  add_child("other");
  caf::anon_send(broken, 1);
  run();
  CAF_CHECK(logged("broken end"));
  CAF_CHECK(!logged("other end"));
  CAF_CHECK_EQUAL(state->children.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
