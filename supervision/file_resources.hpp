#pragma once

// Directories of the configuration as read-only resources: a template file:///dir/{+path} for every
// file below, and the first files in order of their names as listed resources. Reading is
// served_directory's; this decides what is offered, and answers.

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "troupe/actors/handler_set.hpp"
#include "troupe/supervision/config.hpp"
#include "troupe/supervision/served_directory.hpp"

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
  /// What is offered of one directory.
  struct offer {
    std::shared_ptr<served_directory> directory;
    std::string uri_template;
    std::string name;
    std::string description;
    std::set<std::string> files; ///< URIs
  };
  using offers = std::map<std::string, offer>; ///< by path

  offers open(const resource_options& options);
  handler answering(const offer& from) const;
  void add_new(handler_set& to, offer& next, const offer* before);

  std::vector<std::string> errors_;
  offers offered_;
  /// Shared with the handlers, because it may change while they serve.
  std::shared_ptr<std::atomic<std::size_t>> max_file_bytes_ =
      std::make_shared<std::atomic<std::size_t>>(0);
  std::size_t max_listed_ = 0;
};

} // namespace troupe::supervision
