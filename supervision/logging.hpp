#pragma once

// The log: spdlog's default logger, written to stderr by a thread of its own. The queue is bounded;
// a stderr that nobody reads costs lines (counted), never a request. Everybody just calls
// spdlog::info and so on, with "key=value" after the sentence.

#include <cstdint>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

/// Installs the default logger. Before the first thread that logs.
void start_logging(const log_options& options);

/// The level alone, at once, from any thread.
void set_log_level(log_level level);

/// Lines lost because the queue was full, since start_logging(). From any thread.
std::uint64_t dropped_log_lines();

/// Writes what is queued and ends the log's thread; later lines go nowhere. Waits for stderr no
/// longer than it must: call it last.
void stop_logging();

} // namespace troupe::supervision
