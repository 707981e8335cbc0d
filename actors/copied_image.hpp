#pragma once

// A copy of a session (session_image.hpp) on the node that keeps it: how changes are put in, and what it becomes
// when its node has crashed. Pure values.

#include "troupe/actors/session_image.hpp"

namespace troupe {

/// `changes` holds everything but the events that `copy` has already: afterwards `copy` is as if it had come whole.
void apply_changes(session_image& copy, session_image&& changes);

/// Makes of the last copy a session that can go on elsewhere. Its node may have done more than the copy knows:
/// numbers that it may have given out since are never used again, and streams of POSTs that it may have begun are
/// known as lost. Each request that ran on a stream gets an error as the last event of that stream. All clocks begin
/// anew, since nobody knows what the client has done.
void revive(session_image& copy);

/// What revive() leaves free behind the highest number that the copy knows.
inline constexpr std::uint64_t unknown_numbers = 1U << 20;

} // namespace troupe
