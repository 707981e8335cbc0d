#pragma once

// JSON with comments and trailing commas, read into a tree that remembers where everything stands, so
// that every complaint about a configuration can name its line. Keeps duplicate keys for the same
// reason. Flow: → config_reader.hpp.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/value.hpp>

namespace troupe::supervision {

/// Both from 1; the column counts bytes.
struct text_position {
  std::size_t line = 1;
  std::size_t column = 1;
};

struct located_value;

struct located_member {
  std::string key;
  text_position where; ///< of the key
  std::size_t value;   ///< index of the value in `located_text::values`
};

struct located_value {
  text_position where;
  /// A scalar, or which kind of container this is: an empty object or array.
  boost::json::value scalar;
  std::vector<located_member> members; ///< of an object, in order, duplicates included
  std::vector<std::size_t> elements;   ///< of an array
};

struct located_text {
  std::vector<located_value> values; ///< the first one is the root

  const located_value& root() const { return values.front(); }
  const located_value& at(std::size_t index) const { return values[index]; }
};

struct syntax_error {
  text_position where;
  std::string message;
};

std::variant<located_text, syntax_error> parse_config_text(std::string_view text);

} // namespace troupe::supervision
