// Walking UTF-8 by code point: the length that minLength counts, and what patterns and host names
// are made of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::protocol::schema {

/// Of well-formed UTF-8.
std::size_t count_code_points(std::string_view text) noexcept;

/// Takes the first code point off a non-empty text; of text that is not UTF-8 one byte, as U+FFFD.
char32_t next_code_point(std::string_view& text) noexcept;

std::u32string to_code_points(std::string_view text);

void append_code_point(std::string& out, char32_t code);

} // namespace troupe::protocol::schema
