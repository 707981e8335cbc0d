#include "troupe/actors/shard_state.hpp"

#include <caf/actor_cast.hpp>
#include <caf/default_attachable.hpp>

namespace troupe {

void shard_state::adopt(const caf::actor& child) const {
  if (!shard)
    return;
  caf::actor_cast<caf::abstract_actor*>(child)->attach(
      caf::default_attachable::make_monitor(child.address(), shard.address()));
}

} // namespace troupe
