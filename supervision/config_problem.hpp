#pragma once

// What is wrong with a configuration, told so that it can be mended: where, what, what is allowed.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/supervision/config_text.hpp"

namespace troupe::supervision {

struct config_problem {
  std::optional<text_position> where; ///< in the file; nothing for the command line
  std::string path;                   ///< "limits.max_sessions"; empty for syntax errors
  std::string reason;                 ///< ends without a full stop
};
using config_problems = std::vector<config_problem>;

/// Where the file says something, by path: values of settings, and sections.
using config_positions = std::map<std::string, text_position, std::less<>>;

/// "troupe.json:12:5: limits.max_sesions: unknown key; did you mean max_sessions?"
std::string to_string(const config_problem& problem, std::string_view file);

/// The candidate that `word` was probably meant to be; empty if none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

} // namespace troupe::supervision
