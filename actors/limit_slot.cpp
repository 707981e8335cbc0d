#include "troupe/actors/limit_slot.hpp"

#include <utility>

namespace troupe {

limit_slot::~limit_slot() {
  if (const auto shard = held_ ? shard_.lock() : nullptr)
    shard->limits.release(what_);
}

void limit_slot::acquire(const shard_state_ptr& shard, limit what,
                         std::function<void(limit_slot_ptr)> then) {
  auto slot = std::make_shared<limit_slot>(shard, what);
  shard->limits.acquire(what,
                        [slot = std::move(slot), then = std::move(then)](bool acquired) mutable {
                          slot->held_ = acquired;
                          then(std::move(slot));
                        });
}

} // namespace troupe
