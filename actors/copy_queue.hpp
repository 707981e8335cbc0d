#pragma once

// Which sessions of one I/O thread have changed since another node got their last copy. For each keeper there is a
// lane, so that a slow one delays its own only. A session is packed when its turn comes, and has at most one copy on
// its way: what a slow node costs is that copies are older, not memory.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>

#include "troupe/actors/copy_messages.hpp"
#include "troupe/actors/copy_observer.hpp"
#include "troupe/actors/node_table.hpp"
#include "troupe/actors/timer_wheel.hpp"

namespace troupe {

class copy_queue final : private timer {
public:
  /// Copies on their way to one keeper.
  static constexpr std::size_t max_under_way = 8;
  /// A change waits so long for others of its session, so that many make one copy.
  static constexpr std::chrono::milliseconds patience{50};
  /// How long a keeper without room is left alone.
  static constexpr std::chrono::seconds pause{5};

  /// All outlive the queue. `thread` names it to the observer.
  copy_queue(timer_wheel& timers, copy_observer& observer, std::uint32_t thread)
      : timers_(timers), observer_(observer), thread_(thread) {}
  ~copy_queue() override { observer_.copies_behind(thread_, {}); }

  /// `session` has something new since then, and is told copy_turn later; then it says end(). Not again before.
  void add(protocol::node_number keeper, const caf::actor_addr& session, time_point since);
  /// One that had its turn is done.
  void end(protocol::node_number lane, const caf::actor_addr& session);
  /// It is done, and the keeper has no room.
  void refused(protocol::node_number lane);
  /// Whether other nodes are there than before, or the same in another way.
  bool changes(const node_table& nodes);

  copy_observer& observer() noexcept { return observer_; }
  time_point now() const noexcept { return timers_.now(); }

private:
  struct entry {
    caf::actor_addr session;
    time_point since;
    time_point not_before;
  };
  struct lane {
    std::deque<entry> waiting; ///< a session is in here once, and not while it is under way
    std::vector<entry> under_way;
    time_point paused_until{};
  };

  void on_timer(time_point now) override;
  void go_on(protocol::node_number number, lane& one);
  void show_lag();

  timer_wheel& timers_;
  copy_observer& observer_;
  std::uint32_t thread_;
  std::unordered_map<protocol::node_number, lane> lanes_; ///< those with anything in them
  std::vector<std::pair<protocol::node_number, caf::actor_id>> nodes_;
};

} // namespace troupe
