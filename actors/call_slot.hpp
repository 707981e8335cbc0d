#pragma once

// A slot for a call or a task, for a caller whose thread has none to spare right now: the registry is
// asked, and the answer comes back as a message.

#include <cstdint>

#include <caf/actor_addr.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/limit_slot.hpp"

namespace troupe {

/// caller → itself: a slot for a call that waits for one, or the word that there is none.
struct call_slot {
  std::uint64_t call = 0;
  limit_slot_ptr slot;
};

/// The answer comes as call_slot to `caller`, if it still exists.
void request_call_slot(const shard_state_ptr& shard, const caf::actor_addr& caller,
                       std::uint64_t call, limit what = limit::calls);

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::call_slot)
