#pragma once

// What a reload (SIGHUP) would change.

#include <string_view>
#include <vector>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

struct config_change {
  std::string_view path;
  bool live = false; ///< takes effect at once; otherwise at the next start
};

std::vector<config_change> changes_between(const config& before, const config& after);

} // namespace troupe::supervision
