#include "troupe/actors/call_slot.hpp"

#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe {

void request_call_slot(const shard_state_ptr& shard, const caf::actor_addr& caller,
                       std::uint64_t call, limit what) {
  limit_slot::acquire(shard, what, [caller, call](limit_slot_ptr slot) {
    if (const auto alive = caf::actor_cast<caf::actor>(caller))
      caf::anon_send(alive, call_slot{call, std::move(slot)});
  });
}

} // namespace troupe
