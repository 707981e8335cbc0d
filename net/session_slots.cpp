#include "troupe/net/session_slots.hpp"

#include <string>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

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

void request_session_slots(const shard_state_ptr& shard, const caf::actor_addr& asker,
                           exchange_id exchange) {
  // The answer may come from within another actor, hence as a message.
  session_slots::acquire(shard, [asker, exchange](const auto& slots) {
    if (const auto alive = caf::actor_cast<caf::actor>(asker))
      caf::anon_send(alive, slots_answered{exchange, slots});
  });
}

protocol::rpc_error refuse_session(const shard_state& shard, limit reached) {
  if (shard.observer != nullptr)
    shard.observer->limit_refused(to_string(reached));
  std::string message = "the server's limit of ";
  message += to_string(reached);
  message += " is reached; try again later";
  // As JSON-RPC servers do, a limit is no fault of the request: "internal error" with a plain text.
  return {protocol::error_code::internal_error, std::move(message)};
}

} // namespace troupe::net
