#define CAF_SUITE peer

#include "troupe/actors/peer.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/actors/peer_fixture.hpp"
#include "troupe/actors/peer_actor.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/actors/peer_window.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr auto ping = R"({"jsonrpc":"2.0","id":7,"method":"ping"})";

} // namespace

CAF_TEST(a_window_is_given_back_in_quarters) {
  peer_window sender{1000};
  peer_window receiver{1000};
  CAF_CHECK(sender.may_send());
  sender.sent(5000); // one batch may be larger than the window
  CAF_CHECK(!sender.may_send());
  CAF_CHECK_EQUAL(receiver.handled(200), 0u);
  CAF_CHECK_EQUAL(receiver.handled(100), 300u);
  CAF_CHECK_EQUAL(receiver.handled(4700), 4700u);
  CAF_CHECK(sender.credited(5000));
  CAF_CHECK(sender.may_send());
  CAF_CHECK(!sender.credited(1));
}

CAF_TEST_FIXTURE_SCOPE(peer_tests, test::peer_fixture)

CAF_TEST(peers_meet_and_tell_their_clusters) {
  connect();
  CAF_CHECK_EQUAL(alice.log->lines, std::vector<std::string>{"joined 2"});
  CAF_CHECK_EQUAL(bob.log->lines, std::vector<std::string>{"joined 1"});
}

CAF_TEST(a_request_goes_over_and_its_answer_comes_back_to_who_asked) {
  connect();
  const auto log = std::make_shared<test::transport_log>();
  const auto transport = sys.spawn(test::recording_transport, log);
  caf::anon_send(alice.peer, request(transport, 3, ping));
  sched.run();
  CAF_REQUIRE_EQUAL(bob.log->requests.size(), 1u);
  auto& arrived = bob.log->requests.front();
  CAF_CHECK(arrived.session == session);
  const auto& post = arrived.content.get_as<client_post>(0);
  CAF_CHECK(post.body->root().at("method") == "ping");
  CAF_CHECK(post.transport == bob.peer);
  caf::anon_send(post.transport, reply{post.exchange, 200, "{}", {}, 0});
  sched.run();
  CAF_CHECK_EQUAL(log->lines, std::vector<std::string>{"reply 200 {}"});
  CAF_CHECK_EQUAL(log->replies.front().exchange, 3u);
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
}

CAF_TEST(streams_cross_event_by_event) {
  connect();
  const auto log = std::make_shared<test::transport_log>();
  const auto transport = sys.spawn(test::recording_transport, log);
  forward wish{forward_kind::stream, session, {}, transport, 5};
  wish.last_event = protocol::event_id{3, 9};
  caf::anon_send(alice.peer, wish);
  sched.run();
  const auto request = bob.log->requests.at(0).content.get_as<stream_request>(0);
  CAF_CHECK(request.last_event == (protocol::event_id{3, 9}));
  caf::anon_send(bob.peer, stream_begin{request.exchange, {}});
  caf::anon_send(bob.peer, stream_event{request.exchange, "id: 3-10\n", make_frame("{}")});
  caf::anon_send(bob.peer, stream_event{request.exchange, "id: 3-11\n", nullptr});
  caf::anon_send(bob.peer, stream_end{request.exchange});
  sched.run();
  CAF_CHECK_EQUAL(test::lines_of(log->lines), "begin\nevent"
                                              "id: 3-10 {}\n"
                                              "event"
                                              "id: 3-11 -\n"
                                              "end\n");
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
}

CAF_TEST(a_client_that_goes_away_is_told_to_its_session_once) {
  connect();
  const auto log = std::make_shared<test::transport_log>();
  const auto transport = sys.spawn(test::recording_transport, log);
  caf::anon_send(alice.peer, request(transport, 3, ping));
  sched.run();
  caf::anon_send(alice.peer, exchange_lost{transport.address(), 3});
  caf::anon_send(alice.peer, exchange_lost{transport.address(), 3});
  sched.run();
  CAF_REQUIRE_EQUAL(bob.log->requests.size(), 2u);
  CAF_CHECK(bob.log->requests[1].content.match_elements<exchange_lost>());
  // An answer that was on its way goes nowhere.
  caf::anon_send(bob.peer, reply{1, 200, "{}", {}, 0});
  sched.run();
  CAF_CHECK(log->lines.empty());
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
}

CAF_TEST(silence_cuts_a_node_off_and_fails_what_it_had) {
  connect();
  const auto log = std::make_shared<test::transport_log>();
  const auto transport = sys.spawn(test::recording_transport, log);
  caf::anon_send(alice.peer, request(transport, 3, ping));
  sched.run();
  // Heartbeats keep the connection.
  for (int i = 0; i < 20; ++i) {
    sched.advance_time(500ms);
    sched.run();
  }
  CAF_CHECK_EQUAL(alice.cuts, 0);
  // Bob is frozen: nothing of his runs any more.
  caf::anon_send_exit(bob.peer, caf::exit_reason::kill);
  sched.run();
  CAF_CHECK(alice.cuts > 0);
  CAF_CHECK_EQUAL(alice.log->lines.back(), "lost 2");
  CAF_REQUIRE_EQUAL(log->replies.size(), 1u);
  CAF_CHECK_EQUAL(log->replies.front().status, 502);
  CAF_CHECK(log->replies.front().body.find("\"id\":7") != std::string::npos);
  CAF_CHECK_EQUAL(alice.observer.failed, 1u);
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
}

CAF_TEST(who_never_answers_the_hello_is_given_up) {
  alice.peer = spawn_peer(config_of(alice, 2));
  bob.cluster = sys.spawn(test::cluster_of, bob.log);
  sched.run();
  sched.advance_time(options.failure_timeout - 500ms);
  sched.run();
  CAF_CHECK_EQUAL(alice.cuts, 0);
  sched.advance_time(500ms);
  sched.run();
  sched.advance_time(500ms);
  sched.run();
  CAF_CHECK(alice.cuts > 0);
  CAF_CHECK_EQUAL(alice.log->lines.back(), "lost 2 cut");
}

CAF_TEST(sessions_hear_that_clients_of_a_lost_node_are_gone) {
  connect();
  const auto log = std::make_shared<test::transport_log>();
  const auto transport = sys.spawn(test::recording_transport, log);
  caf::anon_send(alice.peer, request(transport, 3, ping));
  sched.run();
  caf::anon_send_exit(alice.peer, caf::exit_reason::kill);
  sched.run();
  CAF_REQUIRE_EQUAL(bob.log->requests.size(), 2u);
  CAF_CHECK(bob.log->requests[1].content.match_elements<exchange_lost>());
  CAF_CHECK_EQUAL(bob.log->lines.back(), "lost 1");
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
}

CAF_TEST(beyond_the_window_requests_wait_and_beyond_the_queue_they_are_refused) {
  options.window_bytes = 1000;
  options.max_queue_bytes = 3000;
  std::size_t batches = 0;
  const auto mute = connect_to_a_mute(batches);
  const auto log = std::make_shared<test::transport_log>();
  const auto transport = sys.spawn(test::recording_transport, log);
  const auto body = R"({"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":")" +
                    std::string(1000, 'x') + "\"}}";
  for (exchange_id exchange = 1; exchange <= 6; ++exchange) {
    caf::anon_send(alice.peer, request(transport, exchange, body));
    sched.run();
  }
  CAF_CHECK_EQUAL(batches, 1u);
  CAF_CHECK_EQUAL(alice.observer.forwarded, 4u); // one is on its way, three wait
  CAF_CHECK(alice.observer.queued >= 3000);
  CAF_REQUIRE_EQUAL(log->replies.size(), 2u);
  for (const auto& refused : log->replies)
    CAF_CHECK_EQUAL(refused.status, 503);
  // With credit, what waited goes.
  caf::anon_send(alice.peer, peer_credit{item_bytes + body.size()});
  sched.run();
  CAF_CHECK_EQUAL(batches, 2u);
  CAF_CHECK(alice.observer.queued < 3000);
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(mute, caf::exit_reason::user_shutdown);
}

CAF_TEST(what_is_published_is_told_to_the_other_node_once) {
  connect();
  caf::anon_send(alice.peer, published{"file:///a"});
  sched.run();
  CAF_CHECK_EQUAL(bob.log->lines.back(), "published file:///a");
  CAF_CHECK_EQUAL(bob.log->lines.size(), 2u);
}

CAF_TEST(changed_lists_are_told_to_the_other_node_once) {
  connect();
  const auto changed = [](bool tools, bool resources, bool prompts) {
    return catalog_changed{catalog_ptr{new catalog}, {tools, resources, prompts}};
  };
  caf::anon_send(alice.peer, changed(false, false, false)); // nobody needs to know
  sched.run();
  CAF_CHECK_EQUAL(bob.log->lines.size(), 1u);
  caf::anon_send(alice.peer, changed(true, false, false));
  sched.run();
  CAF_CHECK_EQUAL(bob.log->lines.back(), "lists tools");
  caf::anon_send(alice.peer, changed(false, true, true));
  sched.run();
  CAF_CHECK_EQUAL(bob.log->lines.back(), "lists resources prompts");
  CAF_CHECK_EQUAL(bob.log->lines.size(), 3u);
}

CAF_TEST(members_of_this_node_go_over_those_of_the_other_are_reported) {
  connect();
  caf::anon_send(alice.peer, peer_members{{{3, "carol", "10.0.0.3", 7400}}});
  sched.run();
  CAF_CHECK_EQUAL(bob.log->lines.back(), "told of 1");
  CAF_CHECK_EQUAL(alice.log->lines.size(), 1u);
}

CAF_TEST(another_version_is_cut_off) {
  connect();
  caf::anon_send(alice.peer, peer_hello{peer_protocol + 1, bob.peer});
  sched.run();
  CAF_CHECK_EQUAL(alice.log->lines.back(), "lost 2 cut");
}

CAF_TEST(more_credit_than_was_taken_is_a_fault) {
  connect();
  caf::anon_send(alice.peer, peer_credit{1});
  sched.run();
  CAF_CHECK_EQUAL(alice.log->lines.back(), "lost 2 cut");
}

CAF_TEST_FIXTURE_SCOPE_END()
