#pragma once

// A session that another node has packed goes on here, under the same id. The other half of session_move.cpp.

#include <functional>
#include <memory>
#include <string>

#include "troupe/actors/handover.hpp"
#include "troupe/actors/session_image.hpp"
#include "troupe/actors/shard_state.hpp"

namespace troupe {

/// Acquires the slots that the session needs and makes it; `then` is called once, perhaps before this
/// returns, with why not, or with an empty text. Only on the thread that the session's id names.
void adopt_session(const shard_state_ptr& shard, std::shared_ptr<session_image> image,
                   std::function<void(std::string refused)> then);

/// The same for a session that a peer has received, which is answered.
void adopt_session(const shard_state_ptr& shard, adoption& request);

} // namespace troupe
