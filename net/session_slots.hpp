#pragma once

// The slots that a new session needs, while the registry is still being asked for them. Whoever
// drops the object gives back what was acquired: a connection may die in between.

#include <functional>
#include <memory>
#include <optional>

#include "troupe/actors/shard_state.hpp"

namespace troupe::net {

class session_slots {
public:
  explicit session_slots(std::weak_ptr<shard_state> shard) : shard_(std::move(shard)) {}
  session_slots(const session_slots&) = delete;
  session_slots& operator=(const session_slots&) = delete;
  ~session_slots();

  /// Takes both slots if the thread's lease has them, for open_session(); never waits.
  static bool try_acquire(quota& limits);

  using answer = std::function<void(const std::shared_ptr<session_slots>&)>;
  /// Takes both, or learns which limit is reached; `then` is called once, perhaps before this
  /// returns. Only on the shard's thread.
  static void acquire(const shard_state_ptr& shard, answer then);

  /// The limit that is reached; nothing if both slots are held.
  std::optional<limit> refused() const noexcept { return refused_; }
  /// The slots belong to a session now.
  void hand_over() noexcept { holds_session_ = holds_uninitialized_ = false; }

private:
  static void acquire_second(const shard_state_ptr& shard, std::shared_ptr<session_slots> slots,
                             answer then);

  std::weak_ptr<shard_state> shard_;
  std::optional<limit> refused_;
  bool holds_session_ = false;
  bool holds_uninitialized_ = false;
};

} // namespace troupe::net
