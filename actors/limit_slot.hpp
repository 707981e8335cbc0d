#pragma once

// A slot of a limit on its way to whoever asked for it. A thread's lease may be used up while the
// node has slots to spare; then the registry is asked, and the answer takes two messages. Whoever
// drops the object gives back what was acquired: the one who asked may be gone by then.

#include <functional>
#include <memory>

#include "troupe/actors/shard_state.hpp"

namespace troupe {

class limit_slot;
using limit_slot_ptr = std::shared_ptr<limit_slot>;

class limit_slot {
public:
  limit_slot(std::weak_ptr<shard_state> shard, limit what)
      : shard_(std::move(shard)), what_(what) {}
  limit_slot(const limit_slot&) = delete;
  limit_slot& operator=(const limit_slot&) = delete;
  ~limit_slot();

  /// `then` is called once, perhaps before this returns. Only on the shard's thread.
  static void acquire(const shard_state_ptr& shard, limit what,
                      std::function<void(limit_slot_ptr)> then);

  /// False: the node's limit is reached.
  bool acquired() const noexcept { return held_; }
  /// Somebody else releases the slot from now on.
  void hand_over() noexcept { held_ = false; }

private:
  std::weak_ptr<shard_state> shard_;
  limit what_;
  bool held_ = false;
};

} // namespace troupe
