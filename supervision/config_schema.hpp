#pragma once

// The last word on a configuration file: our own JSON Schema validator and the schema that editors
// use too (configs/troupe.schema.json), made from the table of settings. The reader explains better,
// because it knows where else a key would be; so it goes first, and this refuses what it let pass.

#include "troupe/supervision/config_problem.hpp"
#include "troupe/supervision/config_text.hpp"

namespace troupe::supervision {

/// What the schema says against the text, each with its place; empty when it is valid.
config_problems check_against_schema(const located_text& text);

} // namespace troupe::supervision
