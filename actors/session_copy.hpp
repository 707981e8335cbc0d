#pragma once

// How far another node has a copy of a session; a part of session_actor, which keeps one if sessions are copied.

#include <cstdint>

#include "troupe/actors/timer_wheel.hpp"
#include "troupe/protocol/session_seal.hpp"

namespace troupe {

struct session_copy_state {
  std::uint64_t sequence = 0;       ///< of the last event that the keeper has
  std::uint64_t keeper_peer = 0;    ///< the actor through which it is reached
  time_point since{};               ///< of the first change behind the copy that is on its way
  protocol::node_number keeper = 0; ///< who is to have the copy; 0: nobody
  protocol::node_number former = 0; ///< who has it until the keeper does; 0: nobody
  std::uint32_t version = 0;        ///< of the last copy
  bool waits = false;               ///< for its turn
  bool on_its_way = false;
  bool changed = false;  ///< while it was on its way
  bool complete = false; ///< the keeper has one, which changes can be put into
};

} // namespace troupe
