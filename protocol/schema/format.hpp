// The values of the keyword `format` that can be checked. Each is a pure question about a text.
// Unknown formats are annotations (JSON Schema validation, 7.2.3).
#pragma once

#include <string_view>

namespace troupe::protocol::schema {

struct format {
  std::string_view name;
  /// "a date and time such as 2026-01-31T12:00:00Z"
  std::string_view description;
  bool (*accepts)(std::string_view text) = nullptr;
};

/// Null when the format is not known.
const format* find_format(std::string_view name);

} // namespace troupe::protocol::schema
