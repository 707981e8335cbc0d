#pragma once

// The command line, which is a contract (--help lists it), and the configuration it leads to. main
// and the reload at SIGHUP come through here.
//
// Exit code 2 means bad usage or configuration; what was wrong is on stderr.

#include <iosfwd>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

inline constexpr int exit_usage = 2;

struct command_line {
  std::optional<std::string> config_file;
  std::optional<std::string> listen; ///< ADDR:PORT, IPv6 as [ADDR]:PORT, or unix:/path
  std::optional<std::string> admin;  ///< ADDR:PORT or "off"
  bool stdio = false;                ///< and no endpoint that is not named here
};

/// Everything is done; the process ends with this.
struct exit_now {
  int code = 0;
};

/// Serve this.
struct start_plan {
  command_line line;
  config settings;
};

/// Handles --help, --version, --check-config and --print-config, reads the configuration. What a
/// program asked for goes to `out`, complaints go to `err`.
std::variant<start_plan, exit_now> read_command_line(int argc, const char* const* argv,
                                                     std::ostream& out, std::ostream& err);

/// Reads the file anew, with the same overrides: for SIGHUP. The texts are complete lines.
std::variant<config, std::vector<std::string>> load_config(const command_line& line);

} // namespace troupe::supervision
