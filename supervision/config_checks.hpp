#pragma once

// What a table of single settings cannot say: settings that must fit each other, addresses, paths,
// names of hosts. Reads the files with keys and certificates; whether directories exist is seen when
// they are opened (file_resources.hpp).

#include <string>
#include <vector>

#include "troupe/supervision/config.hpp"
#include "troupe/supervision/config_problem.hpp"

namespace troupe::supervision {

/// Checks everything that config_reader did not, and compiles what is compiled once: the rules about
/// hosts and origins go into connection.endpoint, the version into session, keys and certificates
/// into sealing and tls. To be called once, after
/// file and command line. `positions`: where the file has the settings, so that problems name a line.
config_problems finish(config& settings, const config_positions& positions = {});

/// What works but should be looked at, of settings that went through finish(): for the log, never for stdout.
std::vector<std::string> warnings_of(const config& settings);

} // namespace troupe::supervision
