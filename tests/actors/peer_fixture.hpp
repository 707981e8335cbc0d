#pragma once

// Two nodes in one actor system: the peers of alice and bob, each with what its cluster actor and its shard were told.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/actors/session_fixture.hpp"
#include "troupe/actors/peer.hpp"
#include "troupe/actors/peer_messages.hpp"

namespace troupe::test {

struct counted final : peer_observer, remote_tool_observer {
  std::size_t sent = 0, received = 0, forwarded = 0, refused = 0, failed = 0;
  std::ptrdiff_t queued = 0;
  void batch_sent(std::size_t) noexcept override { ++sent; }
  void batch_received(std::size_t) noexcept override { ++received; }
  void queue_changed(std::ptrdiff_t bytes) noexcept override { queued += bytes; }
  void request_forwarded() noexcept override { ++forwarded; }
  void request_refused() noexcept override { ++refused; }
  void request_failed() noexcept override { ++failed; }
  void session_sent(handover_outcome) noexcept override {}
  void session_received(handover_outcome) noexcept override {}
  void task_sent(handover_outcome) noexcept override {}
  void task_received(handover_outcome) noexcept override {}

  int imported = 0, exported = 0;
  std::size_t calls_lost = 0, calls_not_taken = 0;
  void tools_known(std::size_t, std::size_t) noexcept override {}
  void tool_call_sent() noexcept override {}
  void tool_call_moved() noexcept override {}
  void tool_call_refused() noexcept override {}
  void tool_call_lost() noexcept override { ++calls_lost; }
  void tool_call_taken() noexcept override {}
  void tool_call_not_taken() noexcept override { ++calls_not_taken; }
  void imported_calls_changed(int by) noexcept override { imported += by; }
  void exported_calls_changed(int by) noexcept override { exported += by; }
};

/// What a cluster actor and a shard of one node are told.
struct told {
  std::vector<std::string> lines;
  std::vector<routed> requests;
  std::vector<copy_arrival> copies;
  std::vector<copy_removal> removals;
  bool doubtful = false; ///< as the last peer_lost said
};

inline caf::behavior cluster_of(caf::event_based_actor*, std::shared_ptr<told> log) {
  return {
      [log](const peer_joined& joined) {
        log->lines.push_back("joined " + std::to_string(joined.node));
      },
      [log](const peer_told& news) {
        log->lines.push_back("told of " + std::to_string(news.nodes.size()));
      },
      [log](const peer_published& event) { log->lines.push_back("published " + event.uri); },
      [log](const lists_changed& news) {
        log->lines.push_back(std::string{"lists"} + (news.changes.tools ? " tools" : "") +
                             (news.changes.resources ? " resources" : "") +
                             (news.changes.prompts ? " prompts" : ""));
      },
      [log](const peer_lost& gone) {
        log->doubtful = gone.doubtful;
        log->lines.push_back("lost " + std::to_string(gone.node) + (gone.cut_off ? " cut" : ""));
      },
      [log](const tools_announced& news) {
        std::string names;
        for (const auto& tool : news.tools)
          names += " " + tool.name;
        log->lines.push_back("tools" + names);
      },
      [log](routed& request) { log->requests.push_back(std::move(request)); },
      [log](copy_arrival& copy) { log->copies.push_back(std::move(copy)); },
      [log](const copy_removal& gone) { log->removals.push_back(gone); },
  };
}

/// Two nodes in one system: alice dials bob. Messages between their peers need no network.
struct peer_fixture : test_coordinator_fixture<> {
  struct node {
    std::shared_ptr<told> log = std::make_shared<told>();
    counted observer;
    caf::actor cluster;
    caf::actor peer;
    catalog_ptr catalog;
    int cuts = 0;
  };
  std::size_t own = sys.registry().running();
  node alice;
  node bob;
  peer_options options;
  protocol::session_id session = protocol::make_session_id();

  ~peer_fixture() override {
    for (auto* each : {&alice, &bob}) {
      caf::anon_send_exit(each->peer, caf::exit_reason::user_shutdown);
      caf::anon_send_exit(each->cluster, caf::exit_reason::user_shutdown);
    }
    sched.run();
    for (auto* each : {&alice, &bob})
      each->log->copies.clear(); // they hold peers
    CAF_CHECK_EQUAL(sys.registry().running() - own, 0u);
    CAF_CHECK_EQUAL(alice.observer.queued, 0);
    CAF_CHECK_EQUAL(bob.observer.queued, 0);
    for (const auto* each : {&alice, &bob})
      CAF_CHECK(each->observer.imported == 0 && each->observer.exported == 0);
  }

  peer_config config_of(node& mine, protocol::node_number other) {
    mine.cluster = sys.spawn(cluster_of, mine.log);
    peer_config config;
    config.other.number = other;
    config.options = options;
    config.home = sys.dummy_execution_unit();
    config.cluster = mine.cluster;
    config.shards = {mine.cluster};
    config.observer = &mine.observer;
    config.tools = &mine.observer;
    config.catalog = mine.catalog;
    config.remote_tools = mine.cluster;
    config.cut = [&mine] { ++mine.cuts; };
    config.attach = [](caf::event_based_actor&, auto, auto) {};
    return config;
  }

  void connect() {
    bob.peer = spawn_peer(config_of(bob, 1));
    connect_alice_to(bob.peer);
  }

  /// To a node that takes what comes, counts it, and gives nothing back. The caller ends it.
  caf::actor connect_to_a_mute(std::size_t& batches) {
    const auto mute = sys.spawn([&batches](caf::event_based_actor*) -> caf::behavior {
      return {[&batches](const peer_batch&) { ++batches; }, [](const peer_hello&) {}};
    });
    connect_alice_to(mute);
    return mute;
  }

  void connect_alice_to(const caf::actor& other) {
    auto config = config_of(alice, 2);
    config.attach = [other](caf::event_based_actor&, const std::function<void(caf::actor)>& found,
                            const auto&) { found(other); };
    alice.peer = spawn_peer(std::move(config));
    sched.run();
  }

  /// A client of alice whose session is on bob.
  forward request(const caf::actor& transport, exchange_id exchange, std::string body) {
    forward result{forward_kind::post, session, std::move(body), transport, exchange};
    result.id = protocol::request_id{std::int64_t{7}};
    return result;
  }
};

} // namespace troupe::test
