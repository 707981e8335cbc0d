// Requests that come back because the session is on another node than the one that was asked.

#define CAF_SUITE connection_bounce

#include <memory>
#include <string>
#include <vector>

#include "tests/net/connection_fixture.hpp"
#include "troupe/actors/handover.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/protocol/cluster_key.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// This node is 1; the session is one of node 2, which is connected, as is 3.
struct cluster_fixture : connection_fixture {
  std::shared_ptr<std::vector<forward>> asked_2 = std::make_shared<std::vector<forward>>();
  std::shared_ptr<std::vector<forward>> asked_3 = std::make_shared<std::vector<forward>>();
  std::vector<caf::actor> peers{spawn_peer_of(asked_2), spawn_peer_of(asked_3)};
  node_table nodes;

  cluster_fixture() {
    state->seal.emplace(protocol::cluster_key{"a secret of sixteen", "tests"});
    state->node = nodes.self = 1;
    nodes.peers = {{2, peers[0]}, {3, peers[1]}};
    id = state->seal->seal(2, 1, 0);
    show();
  }

  ~cluster_fixture() override {
    state->nodes = nullptr;
    nodes.peers.clear();
    asked_2->clear();
    asked_3->clear();
    for (auto& each : peers)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    peers.clear();
  }

  caf::actor spawn_peer_of(std::shared_ptr<std::vector<forward>> log) {
    return sys.spawn([log](caf::event_based_actor*) -> caf::behavior {
      return {[log](const forward& request) { log->push_back(request); },
              [](const exchange_lost&) {}};
    });
  }

  void show() { state->nodes = std::make_shared<const node_table>(nodes); }

  /// A node does not have the session of the request that it was sent last.
  void bounce(const std::vector<forward>& log, bounced back) {
    CAF_REQUIRE(!log.empty());
    const auto& request = log.back();
    back.exchange = request.exchange;
    back.session = request.session;
    const auto document = protocol::document::parse(request.body);
    CAF_REQUIRE(document);
    back.content =
        caf::make_message(client_post{*document, request.transport, request.exchange, true, true});
    answer(request.transport, std::move(back));
  }
};

bounced from(protocol::node_number node, protocol::node_number to = 0,
             std::vector<protocol::node_number> heirs = {}) {
  return {0, protocol::make_session_id(), {}, node, to, std::move(heirs)};
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(connection_bounce_tests, cluster_fixture)

CAF_TEST(a_request_goes_on_to_the_node_that_has_its_session_now) {
  auto client = connect();
  exchange(client, post(ping));
  bounce(*asked_2, from(2, 3));
  CAF_REQUIRE_EQUAL(asked_3->size(), 1u);
  CAF_CHECK_EQUAL(asked_3->back().body, ping);
  answer(asked_3->back().transport, reply{asked_3->back().exchange, 200, std::string{pong}, {}, 0});
  CAF_CHECK(contains(client.receive(), pong));
}

CAF_TEST(without_a_node_that_may_have_it_there_is_no_such_session) {
  auto client = connect();
  exchange(client, post(ping));
  bounce(*asked_2, from(2, 3));
  bounce(*asked_3, from(3));
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 404 "));
}

CAF_TEST(a_node_that_leaves_names_its_heirs_and_they_are_asked) {
  auto client = connect();
  exchange(client, post(ping));
  bounce(*asked_2, from(2, 0, {3}));
  CAF_REQUIRE_EQUAL(asked_3->size(), 1u);
  answer(asked_3->back().transport, reply{asked_3->back().exchange, 200, std::string{pong}, {}, 0});
  CAF_CHECK(contains(client.receive(), pong));
  // If none of them has it, it has ended.
  exchange(client, post(ping));
  bounce(*asked_2, from(2, 0, {3}));
  bounce(*asked_3, from(3));
  CAF_CHECK(client.receive().starts_with("HTTP/1.1 404 "));
}

CAF_TEST(an_heir_that_this_node_has_not_met_may_have_it) {
  auto client = connect();
  exchange(client, post(ping));
  bounce(*asked_2, from(2, 0, {3, 7}));
  if (!asked_3->empty()) // who is asked first depends on the id
    bounce(*asked_3, from(3));
  const auto refused = client.receive();
  CAF_CHECK(refused.starts_with("HTTP/1.1 503 "));
  CAF_CHECK(contains(refused, "Retry-After: "));
}

CAF_TEST_FIXTURE_SCOPE_END()
