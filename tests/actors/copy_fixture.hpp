#pragma once

// A thread whose sessions are copied, and that keeps copies; other nodes are actors that play their peers.

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "tests/actors/call_fixture.hpp"
#include "troupe/actors/copy_messages.hpp"
#include "troupe/actors/copy_observer.hpp"

namespace troupe::test {

struct counted_copies final : copy_observer {
  std::vector<copy_outcome> sent;
  std::vector<takeover_outcome> taken_over;
  std::ptrdiff_t kept = 0, bytes = 0;
  int no_room = 0;
  std::size_t doubtful = 0;
  time_point behind_since{};
  void copy_sent(copy_outcome outcome, std::chrono::nanoseconds) noexcept override {
    sent.push_back(outcome);
  }
  void copies_behind(std::uint32_t, time_point since) noexcept override { behind_since = since; }
  void copies_kept(std::ptrdiff_t by, std::ptrdiff_t more) noexcept override {
    kept += by;
    bytes += more;
  }
  void copy_refused() noexcept override { ++no_room; }
  void copies_doubtful(std::size_t count) noexcept override { doubtful += count; }
  void session_taken_over(takeover_outcome outcome) noexcept override {
    taken_over.push_back(outcome);
  }
};

/// What the peer of another node was given; copies are answered by hand.
struct other_node_log {
  std::deque<session_copy> copies;
  std::deque<caf::typed_response_promise<copy_verdict>> promises;
  std::vector<protocol::session_id> dropped;
  std::vector<copy_stored> stored;
  int offered = 0;
  bool accepts = false;
};

inline caf::behavior other_node(caf::event_based_actor* self, std::shared_ptr<other_node_log> log) {
  return {
      [self, log](const session_copy& copy) {
        log->copies.push_back(copy);
        return log->promises.emplace_back(self->make_response_promise<copy_verdict>());
      },
      [log](const copy_dropped& gone) { log->dropped.push_back(gone.session); },
      [log](const copy_stored& stored) { log->stored.push_back(stored); },
      [log](const session_handover&) {
        ++log->offered;
        return log->accepts ? handover_verdict{handover_outcome::taken, {}}
                            : handover_verdict{handover_outcome::refused, "full"};
      },
  };
}

struct copy_fixture : call_fixture {
  counted_copies copies;
  std::map<protocol::node_number, std::shared_ptr<other_node_log>> others;

  copy_fixture() {
    state->node = 1;
    state->seal.emplace(protocol::cluster_key{"a secret of sixteen", "tests"});
    state->copy_sessions({4, 50'000}, copies);
    for (const protocol::node_number number : {2U, 3U, 4U})
      others[number] = std::make_shared<other_node_log>();
  }

  ~copy_fixture() override {
    for (auto& [number, other] : others)
      other->promises.clear();
    for (const auto& [id, handle] : std::exchange(state->sessions, {}))
      caf::anon_send_exit(handle, caf::exit_reason::kill);
    run();
    state->nodes = nullptr;
    state->copies = nullptr;
    state->kept = nullptr;
  }

  void connect(std::map<protocol::node_number, caf::actor> peers) {
    const auto table = std::make_shared<node_table>();
    table->self = 1;
    for (auto& [number, peer] : peers)
      table->peers.emplace(number, std::move(peer));
    state->use_nodes(table);
    run();
  }

  void answer(protocol::node_number node, copy_outcome outcome = copy_outcome::kept) {
    auto& promises = others[node]->promises;
    CAF_REQUIRE(!promises.empty());
    promises.front().deliver(copy_verdict{outcome});
    promises.pop_front();
    run();
  }
};

} // namespace troupe::test
