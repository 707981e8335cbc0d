// The escapes of ECMA-262 patterns that mean sets of characters, as RE2 writes them. Used by the
// translator only (pattern.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol::schema {

/// What stands for \d \D \w \W \s \S inside brackets; empty for other letters. ECMA's white space
/// is wider than RE2's.
std::string_view class_ranges(char letter) noexcept;

/// RE2's name for the content of \p{...}; nothing when RE2 has no such property.
std::optional<std::string> unicode_property(std::string_view content);

/// One character, so that it means itself inside and outside brackets.
void append_literal(std::string& out, char32_t code);

} // namespace troupe::protocol::schema
