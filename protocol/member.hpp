// Members of JSON objects by name. A request asks for two dozen of them in objects that have a few each, so the search is
// written out here: where the name is a literal, its length and its bytes are part of the code.
#pragma once

#include "troupe/protocol/json.hpp"

#include <cstddef>
#include <string_view>

namespace troupe::protocol {

/// Null when there is no such member.
inline const json::value* find_member(const json::object& object, std::string_view name) noexcept {
  // Larger objects have a hash table.
  constexpr std::size_t most_to_look_at = 16;
  if (object.size() > most_to_look_at)
    return object.if_contains(name);
  for (const auto& member : object)
    if (std::string_view{member.key()} == name)
      return &member.value();
  return nullptr;
}

/// Null when there is no such member, or it is no object.
inline const json::object* find_object(const json::object& object, std::string_view name) noexcept {
  const auto* value = find_member(object, name);
  return value != nullptr ? value->if_object() : nullptr;
}

/// Null when there is no such member, or it is no string.
inline const json::string* find_string(const json::object& object, std::string_view name) noexcept {
  const auto* value = find_member(object, name);
  return value != nullptr ? value->if_string() : nullptr;
}

} // namespace troupe::protocol
