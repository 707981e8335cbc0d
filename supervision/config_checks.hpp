#pragma once

// What a table of single settings cannot say: settings that must fit each other, addresses, paths,
// names of hosts. Reads no files; whether directories exist is seen when they are opened
// (file_resources.hpp).

#include "troupe/supervision/config.hpp"
#include "troupe/supervision/config_problem.hpp"

namespace troupe::supervision {

/// Checks everything that config_reader did not, and compiles what is compiled once: the rules about
/// hosts and origins go into connection.endpoint, the version into session. To be called once, after file and command line.
config_problems finish(config& settings);

} // namespace troupe::supervision
