#pragma once

// The configuration as text: with its values for --print-config, with all sentences for
// configs/troupe.json, as a JSON Schema for editors (configs/troupe.schema.json). All three come from
// config_table; a test compares the files with what is made here.

#include <string>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

/// Every setting with its value: JSON that is valid as a configuration file.
std::string print_config(const config& settings);

/// The defaults with comments.
std::string commented_config();

/// JSON Schema 2020-12.
std::string config_schema();

} // namespace troupe::supervision
