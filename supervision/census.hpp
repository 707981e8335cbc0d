#pragma once

// What a process holds of the system, counted before a node exists and after it has stopped: a node
// must leave nothing behind.

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace troupe::supervision {

struct census {
  std::size_t threads = 0;
  std::size_t sockets = 0;

  /// Of this process, from /proc; 0 where it cannot be read.
  static census take();
};

/// One text for each count that has grown: "1 thread".
std::vector<std::string> growth(const census& before, const census& after);

/// The growth until now. Counts again for up to `patience` while there is any, because the system lists
/// a thread for a moment after it was joined.
std::vector<std::string> lasting_growth(const census& before, std::chrono::milliseconds patience);

} // namespace troupe::supervision
