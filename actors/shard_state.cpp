#include "troupe/actors/shard_state.hpp"

#include <caf/actor_cast.hpp>
#include <caf/default_attachable.hpp>

namespace troupe {

void shard_state::adopt(const caf::actor& child) {
  if (!shard)
    return;
  children.emplace(child.id(), child.address());
  caf::actor_cast<caf::abstract_actor*>(child)->attach(
      caf::default_attachable::make_monitor(child.address(), shard.address()));
}

void shard_state::unsubscribe(const std::string& uri, const caf::actor_addr& session) {
  const auto found = subscriptions.find(uri);
  if (found == subscriptions.end())
    return;
  std::erase_if(found->second,
                [&](const caf::actor& subscriber) { return subscriber.address() == session; });
  if (found->second.empty())
    subscriptions.erase(found);
}

} // namespace troupe
