#pragma once

// What is answered when a message came to the thread that its session's id names, and the session is not there.

#include <caf/message.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/shard_state.hpp"

namespace troupe {

/// For `message.transport`: `bounced` if another node may have it, else a reply of status 404.
caf::message answer_absent(shard_state& shard, routed& message);

} // namespace troupe
