#pragma once

// How the runtime treats calls of one tool; nothing of it is told to clients.

#include <cstdint>

namespace troupe {

/// Whether calls may become tasks, which a client asks for later (extension
/// io.modelcontextprotocol/tasks, SEP-2663). Clients of other eras, or without the extension, just
/// wait for the result.
enum class task_support : std::uint8_t {
  forbidden,
  optional,
  required, ///< a modern client without the extension is refused (-32021)
};

/// When a call that may become a task becomes one.
enum class task_start : std::uint8_t {
  at_once, ///< before the handler is called
  returned, ///< when the handler returns continue_as_task; until then it may ask the client for input
};

struct tool_options {
  task_support tasks = task_support::forbidden;
  task_start start = task_start::at_once;
  /// Other nodes of the cluster offer this tool too and have its calls run here (docs/cluster.md).
  bool exported = false;
};

} // namespace troupe
