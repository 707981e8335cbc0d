// URI references as text: how the $id and $ref of a schema are joined (RFC 3986, section 5). What
// characters they may have is the business of the formats (format.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::protocol::schema {

struct uri_parts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

/// Any text has parts (RFC 3986, appendix B), except that a scheme has a scheme's characters.
uri_parts split_uri(std::string_view uri);

/// The base may be empty: then a relative reference stays relative. Dot segments are removed.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// The parts before and behind the first '#'; without one, all and nothing.
std::pair<std::string_view, std::string_view> cut_fragment(std::string_view uri);

} // namespace troupe::protocol::schema
