// A session that goes to another node when its own drains, and one that arrives.

#define CAF_SUITE session_move

#include <random>

#include "call_fixture.hpp"
#include "handover_fixture.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/actors/session_adoption.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct other_node : heir_log<session_handover> {
  std::vector<forward> forwards;
};

struct fixture : handover_fixture<call_fixture, session_handover, other_node> {
  caf::message_handler more_of(other_node& other) override {
    return {[&other](const forward& words) { other.forwards.push_back(words); },
            [](const exchange_lost&) {}};
  }

  void drain_all() {
    state->draining = true;
    for (const auto& [id, session] : state->sessions)
      caf::anon_send(session, drain{});
    run();
  }

  /// Arrives on this very thread, as if it were that of another node.
  std::string adopt(const session_image& image) {
    std::string refused = "not answered";
    state->draining = false;
    adopt_session(state, std::make_shared<session_image>(image),
                  [&](std::string why) { refused = std::move(why); });
    run();
    answer_leases();
    return refused;
  }

  caf::actor only_session() const {
    CAF_REQUIRE_EQUAL(state->sessions.size(), 1u);
    return state->sessions.begin()->second;
  }

  void tell(const caf::actor& session, int number) {
    caf::anon_send(session, deliver{make_frame("{\"n\":" + std::to_string(number) + "}")});
    run();
  }
};

constexpr auto ping = R"({"jsonrpc":"2.0","id":7,"method":"ping"})";

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_move_tests, fixture)

CAF_TEST(an_idle_session_moves_and_what_came_meanwhile_goes_with_it) {
  connect({2});
  const auto session = ready();
  get(session);
  clear();
  drain_all();
  CAF_CHECK_EQUAL(lines_of(take_lines()), "end\n"); // its stream
  CAF_REQUIRE_EQUAL(others[2].images.size(), 1u);
  post(session, ping);
  tell(session, 1);
  notice(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{}})");
  CAF_CHECK(log->lines.empty());
  answer(2, handover_outcome::taken);
  CAF_CHECK_EQUAL(lines_of(take_lines()), "bounced to 2\n");
  CAF_REQUIRE_EQUAL(others[2].forwards.size(), 2u);
  CAF_CHECK(others[2].forwards[0].kind == forward_kind::event);
  CAF_CHECK_EQUAL(others[2].forwards[0].body, R"({"n":1})");
  CAF_CHECK(others[2].forwards[1].kind == forward_kind::notice);
  CAF_CHECK(observer.ended == std::vector{session_end::moved});
  CAF_CHECK(state->sessions.empty());
  CAF_CHECK(state->clients.empty());
  CAF_CHECK_EQUAL(state->moved.size(), 1u);
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
  CAF_CHECK_EQUAL(observer.streams, 0);
}

CAF_TEST(nothing_in_the_mailbox_is_lost_with_the_session) {
  connect({2});
  const auto session = ready();
  drain_all();
  // The verdict is handled first, the post behind it, before the end.
  others[2].promises.front().deliver(handover_verdict{handover_outcome::taken, {}});
  client_post late{parse(ping), transport, 99, true, false, start};
  caf::anon_send(session, std::move(late));
  run();
  CAF_CHECK_EQUAL(lines_of(take_lines()), "bounced to 2\n");
}

CAF_TEST(who_gave_up_waiting_is_not_sent_on) {
  connect({2});
  const auto session = ready();
  drain_all();
  const auto exchange = post(session, ping);
  lose(session, exchange);
  answer(2, handover_outcome::taken);
  CAF_CHECK(log->lines.empty());
}

CAF_TEST(a_session_that_is_refused_goes_to_another_node_and_ends_when_there_is_none) {
  connect({2, 3});
  const auto session = ready();
  drain_all();
  const auto first = asked();
  post(session, ping);
  answer(first, handover_outcome::refused, "full");
  const auto second = asked();
  CAF_CHECK(second != 0 && second != first);
  CAF_CHECK(*others[first].images.front() == *others[second].images.front());
  answer(second, handover_outcome::refused, "full");
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  CAF_CHECK_EQUAL(log->replies[0].status, 503);
  CAF_CHECK(observer.ended == std::vector{session_end::drained});
}

CAF_TEST(if_nobody_knows_who_has_it_no_second_one_is_made) {
  connect({2, 3});
  ready();
  drain_all();
  answer(asked(), handover_outcome::lost, "the connection ended");
  CAF_CHECK_EQUAL(asked(), 0u);
  CAF_CHECK(observer.ended == std::vector{session_end::drained});
}

CAF_TEST(an_heir_that_does_not_answer_is_not_waited_for_for_ever) {
  connect({2});
  ready();
  drain_all();
  pass(9s);
  CAF_CHECK(observer.ended.empty());
  pass(2s);
  CAF_CHECK(observer.ended == std::vector{session_end::drained});
}

CAF_TEST(a_peer_that_is_gone_already_takes_nothing) {
  connect({2});
  ready();
  caf::anon_send_exit(others[2].peer, caf::exit_reason::kill);
  run();
  drain_all();
  CAF_CHECK(observer.ended == std::vector{session_end::drained});
}

CAF_TEST(running_calls_come_first_and_requests_are_served_meanwhile) {
  connect({2});
  const auto session = ready();
  post(session, call_of("slow"), false);
  drain_all();
  CAF_CHECK(others[2].images.empty());
  post(session, ping, false);
  CAF_CHECK_EQUAL(log->replies.size(), 1u);
  slow->waiting.at(0).deliver(outcome{tool_result::text("done")});
  run();
  CAF_CHECK_EQUAL(log->replies.size(), 2u);
  CAF_CHECK_EQUAL(others[2].images.size(), 1u);
  answer(2, handover_outcome::taken);
  CAF_CHECK(observer.ended == std::vector{session_end::moved});
}

CAF_TEST(without_another_node_all_is_as_ever) {
  const auto session = ready();
  get(session);
  drain_all();
  CAF_CHECK(observer.ended == std::vector{session_end::drained});
}

CAF_TEST(only_so_many_are_under_way_at_once) {
  for (std::size_t i = 0; i < limit_count; ++i)
    state->limits.granted(static_cast<limit>(i), 100);
  connect({2});
  for (int i = 0; i < 40; ++i)
    ready();
  drain_all();
  CAF_CHECK_EQUAL(others[2].promises.size(), handover_queue::max_under_way);
  std::size_t done = 0;
  while (!others[2].promises.empty()) {
    CAF_CHECK(others[2].promises.size() <= handover_queue::max_under_way);
    answer(2, handover_outcome::taken);
    ++done;
  }
  CAF_CHECK_EQUAL(done, 40u);
  CAF_CHECK(state->sessions.empty());
}

CAF_TEST(a_client_resumes_at_the_heir_without_loss) {
  connect({2});
  const auto session = ready();
  const auto exchange = get(session); // 1-1
  tell(session, 1);                   // 1-2
  lose(session, exchange);
  tell(session, 2); // 1-3
  drain_all();
  tell(session, 3);
  const auto image = *others[2].images.front();
  answer(2, handover_outcome::taken);
  CAF_CHECK_EQUAL(adopt(image), "");
  const auto heir = only_session();
  caf::anon_send(heir, deliver{make_frame(others[2].forwards.at(0).body)});
  run();
  clear();
  get(heir, protocol::event_id{1, 2});
  CAF_CHECK_EQUAL(lines_of(take_lines()),
                  "begin\neventid: 1-3 {\"n\":2}\neventid: 1-4 {\"n\":3}\n");
}

CAF_TEST(the_heir_keeps_subscriptions_clocks_and_limits) {
  connect({2});
  auto session = ready();
  pass(10min);
  drain_all();
  auto image = *others[2].images.front();
  answer(2, handover_outcome::taken);
  image.subscriptions = {"file:///a"};
  observer.ended.clear();
  CAF_CHECK_EQUAL(adopt(image), "");
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 1u);
  CAF_CHECK_EQUAL(state->subscriptions.at("file:///a").size(), 1u);
  CAF_CHECK_EQUAL(adopt(image), "it has a session of this id");
  pass(options->idle_timeout - 10min + 1s);
  CAF_CHECK(observer.ended == std::vector{session_end::idle});
  CAF_CHECK(state->subscriptions.empty());
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), 0u);
}

CAF_TEST(a_session_that_is_not_initialised_yet_moves_too) {
  connect({2});
  open();
  drain_all();
  const auto image = *others[2].images.front();
  CAF_CHECK(!image.ready);
  answer(2, handover_outcome::taken);
  CAF_CHECK_EQUAL(adopt(image), "");
  CAF_CHECK_EQUAL(state->limits.used(limit::uninitialized_sessions), 1u);
  notice(only_session(), R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  CAF_CHECK_EQUAL(state->limits.used(limit::uninitialized_sessions), 0u);
  clear();
  post(only_session(), ping, false);
  CAF_CHECK_EQUAL(log->replies.at(0).status, 200);
}

CAF_TEST(a_full_node_refuses_and_keeps_nothing) {
  connect({2});
  ready();
  drain_all();
  const auto image = *others[2].images.front();
  answer(2, handover_outcome::taken);
  while (state->limits.try_acquire(limit::sessions))
    ;
  const auto used = state->limits.used(limit::sessions);
  const auto refused = adopt(image);
  CAF_CHECK(refused.find("limits.max_sessions") != std::string::npos);
  CAF_CHECK(state->sessions.empty());
  CAF_CHECK_EQUAL(state->limits.used(limit::sessions), used);
  for (auto left = used; left > 0; --left)
    state->limits.release(limit::sessions);
}

CAF_TEST(nonsense_is_refused) {
  CAF_CHECK_EQUAL(adopt(session_image{}), "what came is not a session");
}

CAF_TEST(numbers_of_other_nodes_are_counted_while_their_sessions_are_here) {
  int changes = 0;
  state->on_foreign_changed = [&] { ++changes; };
  session_image image;
  image.revision = "2025-11-25";
  image.ready = true;
  for (int i = 0; i < 2; ++i) {
    image.id = state->seal->seal(77, 1, 0).view();
    CAF_CHECK_EQUAL(adopt(image), "");
  }
  CAF_CHECK_EQUAL(changes, 1);
  CAF_CHECK_EQUAL(state->foreign.at(77), 2u);
  while (!state->sessions.empty()) {
    const auto one = state->sessions.begin()->second;
    caf::anon_send(one, session_deletion{transport, ++exchanges});
    run();
  }
  CAF_CHECK_EQUAL(changes, 2);
  CAF_CHECK(state->foreign.empty());
}

CAF_TEST(packed_unpacked_and_packed_again_is_the_same) {
  connect({2});
  options->replay_events = 6;
  std::mt19937 random{7}; // NOLINT(cert-msc51-cpp): the same in each run
  for (int round = 0; round < 40; ++round) {
    const auto session = ready();
    std::vector<exchange_id> open_streams;
    std::string level =
        R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":")";
    level += round % 2 == 0 ? "error" : "debug";
    post(session, level + "\"}}");
    for (auto steps = random() % 20; steps > 0; --steps) {
      switch (random() % 4) {
      case 0:
        open_streams.push_back(get(session));
        break;
      case 1:
        if (!open_streams.empty())
          lose(session, open_streams[random() % open_streams.size()]);
        break;
      case 2:
        pass(std::chrono::milliseconds{random() % 3000});
        break;
      default:
        tell(session, static_cast<int>(random() % 1000));
      }
    }
    drain_all();
    const auto first = *others[2].images.front();
    others[2].images.clear();
    answer(2, handover_outcome::taken);
    CAF_CHECK_EQUAL(adopt(first), "");
    drain_all();
    const auto second = *others[2].images.front();
    others[2].images.clear();
    answer(2, handover_outcome::taken);
    CAF_CHECK(first == second);
    state->draining = false;
    state->moved.clear();
    clear();
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
