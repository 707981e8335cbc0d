#pragma once

// What a shard does with copies of sessions of other nodes (session_copies.hpp). When their node has crashed they go on,
// each on the node that requests for it would go to; that is this one, unless other nodes came or went at the same moment.

#include <caf/event_based_actor.hpp>

#include "troupe/actors/copy_messages.hpp"
#include "troupe/actors/shard_state.hpp"

namespace troupe {

/// A thread that keeps none refuses it.
void keep_copy(shard_state& shard, copy_arrival& arrived);
void drop_copy(shard_state& shard, const copy_removal& gone);
void forget_copies(shard_state& shard, const owner_doubtful& lost);

/// A message to `shard` for each, so that others of the thread have their turn between.
void take_over(const shard_state_ptr& shard, const owner_died& dead);

/// `self` is the shard.
void place_copy(caf::event_based_actor& self, const shard_state_ptr& shard,
                const copy_placement& placement);

/// A session that arrives from another node: whatever is known of it here by way of a copy is over. The copy instead
/// of `image`, if it is another copy of the same session and the later one.
std::shared_ptr<session_image> settle_copy(shard_state& shard,
                                           std::shared_ptr<session_image> image);

} // namespace troupe
