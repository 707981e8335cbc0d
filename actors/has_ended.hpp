#pragma once

// Whether an actor is gone, for those who would otherwise wait for its answer: what is sent to it is dropped.

#include <caf/abstract_actor.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>

namespace troupe {

inline bool has_ended(const caf::actor& one) {
  return one &&
         caf::actor_cast<caf::abstract_actor*>(one)->getf(caf::abstract_actor::is_cleaned_up_flag);
}

} // namespace troupe
