#include "troupe/net/session_slots.hpp"

#include <utility>

namespace troupe::net {

session_slots::~session_slots() {
  const auto shard = shard_.lock();
  if (!shard)
    return;
  if (holds_session_)
    shard->limits.release(limit::sessions);
  if (holds_uninitialized_)
    shard->limits.release(limit::uninitialized_sessions);
}

bool session_slots::try_acquire(quota& limits) {
  if (!limits.try_acquire(limit::sessions))
    return false;
  if (limits.try_acquire(limit::uninitialized_sessions))
    return true;
  limits.release(limit::sessions);
  return false;
}

void session_slots::acquire(const shard_state_ptr& shard, answer then) {
  auto slots = std::make_shared<session_slots>(shard);
  auto& limits = shard->limits;
  limits.acquire(limit::sessions,
                 [slots = std::move(slots), then = std::move(then)](bool acquired) mutable {
                   const auto owner = slots->shard_.lock();
                   slots->holds_session_ = acquired;
                   if (acquired && owner) {
                     acquire_second(owner, std::move(slots), std::move(then));
                     return;
                   }
                   slots->refused_ = limit::sessions;
                   then(slots);
                 });
}

void session_slots::acquire_second(const shard_state_ptr& shard,
                                   std::shared_ptr<session_slots> slots, answer then) {
  auto& limits = shard->limits;
  limits.acquire(limit::uninitialized_sessions,
                 [slots = std::move(slots), then = std::move(then)](bool acquired) {
                   slots->holds_uninitialized_ = acquired;
                   if (!acquired)
                     slots->refused_ = limit::uninitialized_sessions;
                   then(slots);
                 });
}

} // namespace troupe::net
