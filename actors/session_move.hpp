#pragma once

// A session on its way to another node; a part of session_actor, which keeps one only then.

#include <cstddef>
#include <memory>
#include <vector>

#include <caf/actor.hpp>
#include <caf/message.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/session_home.hpp"

namespace troupe {

struct session_move {
  /// What came meanwhile; it is taken to the new node, or refused if there is none.
  struct held_message {
    caf::message content;
    caf::actor transport; ///< empty: nobody waits for an answer
    exchange_id exchange = 0;
  };
  /// More are refused with 503.
  static constexpr std::size_t max_held = 64;

  std::vector<held_message> held;
  std::vector<frame_ptr> late_events; ///< behind those that were packed
  std::vector<protocol::node_number> tried;
  session_heir heir;
  bool has_turn = false;
  bool packed = false;
  bool over = false; ///< the heir has it
};

} // namespace troupe
