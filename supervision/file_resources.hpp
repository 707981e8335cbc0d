#pragma once

// Directories of the configuration as read-only resources: a template file:///dir/{+path} for every
// file below, and the first files in order of their names as listed resources.
//
// What a client names is opened below the directory's own descriptor by openat2 with RESOLVE_BENEATH,
// so that neither "..", nor a symbolic link, nor a rename in the middle leads out of it; only regular
// files are read, up to resources.max_file_bytes.

#include <set>
#include <string>
#include <vector>

#include "troupe/actors/handler_set.hpp"
#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

class file_resources {
public:
  /// The changes that lead from what the last call offered (nothing before the first) to what
  /// `options` say now; files that came or went are noticed too. Called at the start and at SIGHUP.
  /// With errors() nothing changed: the set is empty and the old offer stands.
  handler_set update(const resource_options& options);

  /// Directories that cannot be served, and why.
  const std::vector<std::string>& errors() const noexcept { return errors_; }

private:
  std::vector<std::string> errors_;
  std::set<std::string> templates_; ///< offered now
  std::set<std::string> files_;     ///< offered now
};

} // namespace troupe::supervision
