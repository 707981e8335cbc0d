// The published meta-schemas of the two drafts, without their titles and comments, so that a schema
// may refer to them. The compiler does not use them to check a schema: it says more precisely what
// is wrong.
#pragma once

#include "troupe/protocol/json.hpp"

#include <string_view>

namespace troupe::protocol::schema {

/// By absolute URI without fragment; null when it is none of them. Parsed once.
const json::value* find_meta_schema(std::string_view uri);

} // namespace troupe::protocol::schema
