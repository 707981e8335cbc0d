#pragma once

// What SIGHUP does: reads the configuration anew, puts into effect what can change while serving (the
// log level, the resource directories, keys and certificates) and says what needs a restart. A file with mistakes changes
// nothing.

#include "troupe/supervision/command_line.hpp"
#include "troupe/supervision/config.hpp"
#include "troupe/supervision/file_resources.hpp"
#include "troupe/supervision/node.hpp"

namespace troupe::supervision {

class reloader {
public:
  /// `settings`: as they were read at the start.
  reloader(command_line line, config settings);

  /// Adds what the resource directories offer to a node that has not been started; false if one of
  /// them cannot be served, which the log explains.
  bool add_files(node& to);
  /// On a node that serves. Everything it did or could not do is in the log.
  void reload(node& at);

private:
  void reload_tls(node& at, const tls_settings& next);

  command_line line_;
  config settings_;
  file_resources files_;
};

} // namespace troupe::supervision
