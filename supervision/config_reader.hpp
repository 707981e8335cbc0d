#pragma once

// From the text of a configuration file to values. All problems of a file are found in one pass, so
// that a person mends them at once. Which keys there are, and which values they take, says
// config_table; config_schema has the last word on the shape; what depends on several keys is
// checked in config_checks.

#include <string_view>

#include "troupe/supervision/config.hpp"
#include "troupe/supervision/config_problem.hpp"

namespace troupe::supervision {

/// Puts what `text` says into `to`; what it does not mention stays. Returns what is wrong, in the
/// order of the text; values that are wrong are not taken. `positions`, unless null, gets where each
/// setting stands, for complaints that need several of them.
config_problems read_config(std::string_view text, config& to,
                            config_positions* positions = nullptr);

} // namespace troupe::supervision
