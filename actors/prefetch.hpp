#pragma once

// Actors that are told something after a long idle time: each is a dozen cache lines that nobody has looked at since. Where
// many of them come one after the other, memory is asked for the next while the last still runs.

#include <cstddef>

#include <caf/abstract_actor.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>

namespace troupe {

/// The first `bytes` of the actor, and what CAF counts its references with, are on their way into the cache. A hint: the
/// actor is not touched.
inline void prefetch(const caf::actor& soon, std::size_t bytes) noexcept {
  if (!soon)
    return;
  constexpr std::size_t line = 64;
  const auto* object = caf::actor_cast<caf::abstract_actor*>(soon);
  const auto* begin = reinterpret_cast<const char*>(object) - sizeof(caf::actor_control_block);
  for (std::size_t at = 0; at < sizeof(caf::actor_control_block) + bytes; at += line)
    __builtin_prefetch(begin + at);
}

} // namespace troupe
