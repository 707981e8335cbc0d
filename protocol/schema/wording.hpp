// How values and names appear in the sentences of violations: short, whatever the values are.
#pragma once

#include "troupe/protocol/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol::schema {

/// 12, "Bob", an array of 3 items
std::string describe(const json::value& value);

/// In quotes, cut when long.
std::string quote(std::string_view text);

/// "a string or null"
std::string describe_types(std::uint64_t type_bits);

/// "3 items", "1 property"
std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural);

/// "; did you mean "name"?", or the known names when none is near and they are few; else empty.
std::string suggest(std::string_view word, const std::vector<std::string_view>& known);

} // namespace troupe::protocol::schema
