#pragma once

// Every connection is a file descriptor. A limit of connections above what the system allows would
// mean that accepting fails at some point; so the limits are made to fit at the start, and said.

#include <cstddef>
#include <string>
#include <vector>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

/// Raises the soft limit of open files to the hard one, which needs no privilege. Returns the limit
/// in force.
std::size_t raise_descriptor_limit() noexcept;

/// Descriptors that are not connections: the admin endpoint, event loops, the log, files being read.
std::size_t reserved_descriptors(const config& settings);

/// Lowers max_connections and max_sessions to what `descriptors` leaves, and max_uninitialized_sessions
/// to max_sessions. Returns a warning for each limit that was lowered because of the descriptors,
/// naming both numbers and what to do.
std::vector<std::string> fit_limits(config& settings, std::size_t descriptors);

} // namespace troupe::supervision
