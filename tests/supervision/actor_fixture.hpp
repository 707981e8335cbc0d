#pragma once

// CAF's deterministic scheduler, and the check with which tests of actors end.

#include <cstddef>

#include <caf/test/dsl.hpp>

namespace troupe::test {

struct actor_fixture : test_coordinator_fixture<> {
  /// CAF's own actors, which end with the system.
  std::size_t own = sys.registry().running();

  std::size_t actors_left() {
    run();
    return sys.registry().running() - own;
  }
};

} // namespace troupe::test
