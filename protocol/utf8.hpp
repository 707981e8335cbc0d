// Where one well-formed UTF-8 character ends (Unicode, table 3-7): no overlong forms, no
// surrogates, nothing above U+10FFFF. Everything that leaves us as text is checked with this,
// because a WebSocket or a JSON parser on the other side ends the connection over one bad byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// The length of the character that `text` starts with, 1 to 4; 0 when it starts with none (or is
/// empty).
std::size_t utf8_length(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

/// The longest beginning of `text` of at most `size` bytes that does not end inside a character.
std::string_view utf8_prefix(std::string_view text, std::size_t size) noexcept;

} // namespace troupe::protocol
