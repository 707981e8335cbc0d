#pragma once

// How many sessions and tasks of one I/O thread are on their way to other nodes at once. Each is packed when its turn
// comes, so that what a drain needs beyond the sessions themselves is bounded.

#include <cstddef>
#include <deque>

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "troupe/actors/handover.hpp"

namespace troupe {

class handover_queue {
public:
  static constexpr std::size_t max_under_way = 16;

  /// True if `session`, or a task, may begin; else it is told handover_turn later. Once it has had its turn it says end().
  bool begin(const caf::actor_addr& session) {
    if (under_way_ < max_under_way) {
      ++under_way_;
      return true;
    }
    waiting_.push_back(session);
    return false;
  }

  /// One that had its turn is done.
  void end() {
    while (!waiting_.empty()) {
      const auto next = caf::actor_cast<caf::actor>(waiting_.front());
      waiting_.pop_front();
      if (!next)
        continue; // it has ended meanwhile
      caf::anon_send(next, handover_turn{});
      return;
    }
    --under_way_;
  }

private:
  std::size_t under_way_ = 0;
  std::deque<caf::actor_addr> waiting_; ///< at most as many as there are sessions and tasks
};

} // namespace troupe
