#pragma once

// The main function of a server binary: command line, configuration, log, node, signals. `troupe`
// calls it with the built-in handlers; a custom deployment may do the same with its own and gets the
// same command line.

#include <functional>

#include "troupe/supervision/node.hpp"

namespace troupe::supervision {

/// Adds handlers and hooks to a node that has not been started.
using prepare_node = std::function<void(node&)>;

/// Runs until SIGTERM or SIGINT. Returns the exit code: 0 after an orderly end (also when calls had
/// to be killed at the shutdown limit), 1 if the node could not start or had to give up, 2 for a bad
/// command line or configuration. Ends the process with 3 if a handler never returns. SIGHUP reloads (reload.hpp).
int run_server(int argc, char** argv, const prepare_node& prepare);

} // namespace troupe::supervision
