#pragma once

// The log: spdlog's default logger, written to stderr by a thread of its own. The queue is bounded;
// a stderr that nobody reads costs lines (the oldest, counted), never a request. Everybody just calls
// spdlog::info and so on, with key=value behind the sentence.

#include <cstdint>
#include <memory>

#include <spdlog/common.h>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

/// Installs the default logger. Before the first thread that logs.
void start_logging(const log_options& options);
/// The same into another sink, for tests.
void start_logging(const log_options& options, spdlog::sink_ptr sink);

/// The level alone, at once, from any thread.
void set_log_level(log_level level);

/// Lines lost because the queue was full, since the first start_logging(). From any thread.
std::uint64_t dropped_log_lines();

/// Writes what is queued and ends the log's thread; what is logged later goes nowhere. Waits for
/// stderr, so it belongs under the watchdog. After the last thread that logs has ended.
void stop_logging();

} // namespace troupe::supervision
