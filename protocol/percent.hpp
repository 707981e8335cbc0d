// Percent-encoding of RFC 3986, section 2.1. Internal to the readers of URIs here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// A-Z a-z 0-9 - . _ ~
bool is_unreserved(char c) noexcept;

/// gen-delims and sub-delims
bool is_reserved(char c) noexcept;

/// The byte of a "%41" at the start of `text`; nothing when there is none.
std::optional<char> percent_byte(std::string_view text) noexcept;

void append_percent(std::string& out, char c);

/// Nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

} // namespace troupe::protocol
