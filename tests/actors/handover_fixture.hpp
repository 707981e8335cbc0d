#pragma once

// A thread of node 1 that drains, and the peers of other nodes, which are to go on with what it has.

#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/message_handler.hpp>
#include <caf/test/dsl.hpp>
#include <caf/typed_response_promise.hpp>

#include "troupe/actors/handover.hpp"
#include "troupe/actors/node_table.hpp"
#include "troupe/protocol/cluster_key.hpp"

namespace troupe::test {

/// What the peer of another node was given (session_handover or task_handover); answered by hand.
template<class Handover>
struct heir_log {
  caf::actor peer;
  std::deque<decltype(Handover::image)> images;
  std::deque<caf::typed_response_promise<handover_verdict>> promises;
};

/// `Node` is a heir_log, and keeps what else its peer is told.
template<class Base, class Handover, class Node>
struct handover_fixture : Base {
  std::map<protocol::node_number, Node> others;

  handover_fixture() {
    this->state->node = 1;
    this->state->seal.emplace(protocol::cluster_key{"a secret of sixteen", "tests"});
  }

  ~handover_fixture() override {
    this->state->nodes = nullptr;
    for (auto& [number, other] : others) {
      other.promises.clear();
      caf::anon_send_exit(other.peer, caf::exit_reason::user_shutdown);
    }
    this->run();
  }

  /// What else the peer of another node takes.
  virtual caf::message_handler more_of(Node& other) = 0;

  void connect(std::initializer_list<protocol::node_number> numbers) {
    const auto table = std::make_shared<node_table>();
    table->self = 1;
    for (const auto number : numbers) {
      auto& other = others[number];
      other.peer = this->sys.spawn([this, &other](caf::event_based_actor* self) -> caf::behavior {
        const caf::message_handler takes{[&other, self](const Handover& request) {
          other.images.push_back(request.image);
          auto promise = self->make_response_promise<handover_verdict>();
          other.promises.push_back(promise);
          return promise;
        }};
        return takes.or_else(more_of(other));
      });
      table->peers.emplace(number, other.peer);
    }
    this->state->nodes = table;
    this->run();
  }

  void answer(protocol::node_number node, handover_outcome outcome, std::string why = {}) {
    auto& promises = others[node].promises;
    CAF_REQUIRE(!promises.empty());
    promises.front().deliver(handover_verdict{outcome, std::move(why)});
    promises.pop_front();
    this->run();
  }

  /// Who was asked; 0: nobody.
  protocol::node_number asked() const {
    for (const auto& [number, other] : others)
      if (!other.promises.empty())
        return number;
    return 0;
  }
};

} // namespace troupe::test
