#pragma once

// What the main thread of a server does: wait for signals and for the end of the node.

#include <functional>

#include "troupe/supervision/node.hpp"

namespace troupe::supervision {

/// `node` serves. Returns after it has ended: the exit code, 0 after SIGTERM or SIGINT, 1 if the node
/// had to give up, watchdog::exit_code if something was left behind (stop_report). SIGHUP calls
/// `reload`. A second SIGTERM or SIGINT ends the process at once, with code 128 + signal. Replaces the
/// node's on_stopped hook.
int run_until_stopped(node& node, const std::function<void()>& reload);

} // namespace troupe::supervision
