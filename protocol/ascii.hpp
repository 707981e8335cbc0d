#pragma once

// Byte classes of HTTP, as tables: the gate asks them for every byte that a stranger sends, so a
// question must cost one load, depend on no locale and give a defined answer for bytes over 0x7F.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace troupe::protocol::ascii {

namespace byte_class {
inline constexpr std::uint8_t token = 1;   // tchar, RFC 9110 §5.6.2
inline constexpr std::uint8_t visible = 2; // 0x21..0x7E
inline constexpr std::uint8_t control = 4; // what no field value may hold; HTAB is not among them
inline constexpr std::uint8_t digit = 8;
inline constexpr std::uint8_t host = 16; // reg-name without percent-encoding, RFC 3986 §3.2.2
} // namespace byte_class

namespace detail {

constexpr bool contains(std::string_view set, char byte) {
  for (char each : set)
    if (each == byte)
      return true;
  return false;
}

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> result{};
  for (std::size_t i = 0; i < 256; ++i) {
    const auto byte = static_cast<char>(static_cast<unsigned char>(i));
    const bool digit = i >= '0' && i <= '9';
    const bool alpha = (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
    std::uint8_t bits = 0;
    if (digit || alpha || contains("!#$%&'*+-.^_`|~", byte))
      bits |= byte_class::token;
    if (i > 0x20 && i < 0x7F)
      bits |= byte_class::visible;
    if ((i < 0x20 && i != '\t') || i == 0x7F)
      bits |= byte_class::control;
    if (digit)
      bits |= byte_class::digit;
    if (digit || alpha || contains("-._~!$&'()*+,;=", byte))
      bits |= byte_class::host;
    result[i] = bits;
  }
  return result;
}

constexpr std::array<char, 256> make_lower() {
  std::array<char, 256> result{};
  for (std::size_t i = 0; i < 256; ++i) {
    const std::size_t lower = i >= 'A' && i <= 'Z' ? i + ('a' - 'A') : i;
    result[i] = static_cast<char>(static_cast<unsigned char>(lower));
  }
  return result;
}

inline constexpr auto classes = make_classes();
inline constexpr auto lower = make_lower();

} // namespace detail

constexpr bool is(char byte, std::uint8_t wanted) noexcept {
  return (detail::classes[static_cast<unsigned char>(byte)] & wanted) != 0;
}

/// Whether every byte of `text` has one of the `wanted` classes; true for an empty text.
constexpr bool all(std::string_view text, std::uint8_t wanted) noexcept {
  for (char byte : text)
    if (!is(byte, wanted))
      return false;
  return true;
}

/// Whether some byte of `text` is a control byte other than HTAB. Asked for every field value, so
/// it looks at eight bytes at once and at single ones only when some byte is below 0x20 or is 0x7F.
inline bool has_control(std::string_view text) noexcept {
  const auto single = [](const char* at, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      if (is(at[i], byte_class::control))
        return true;
    return false;
  };
  const auto eight = [&](const char* at) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    constexpr std::uint64_t tops = ones * 0x80;
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t deletes = word ^ (ones * 0x7F);
    const std::uint64_t low = (word - ones * 0x20) & ~word;
    return ((low | ((deletes - ones) & ~deletes)) & tops) != 0 && single(at, sizeof word);
  };
  if (text.size() < 8)
    return single(text.data(), text.size());
  const char* const last = text.data() + text.size() - 8;
  for (const char* at = text.data(); at < last; at += 8)
    if (eight(at))
      return true;
  return eight(last); // overlaps the word before
}

constexpr char to_lower(char byte) noexcept {
  return detail::lower[static_cast<unsigned char>(byte)];
}

/// Compares with a text that is already lower case.
constexpr bool equals_lower(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size())
    return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (to_lower(text[i]) != lower[i])
      return false;
  return true;
}

/// Compares without regard to the case of ASCII letters; other bytes must be the same.
constexpr bool iequals(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size())
    return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (to_lower(left[i]) != to_lower(right[i]))
      return false;
  return true;
}

/// Removes optional whitespace (SP, HTAB) from both ends, RFC 9110 §5.6.3.
constexpr std::string_view trim(std::string_view text) noexcept {
  const auto blank = [](char byte) { return byte == ' ' || byte == '\t'; };
  while (!text.empty() && blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// Cuts the part before the next `separator` off `rest` and returns it trimmed. Called in a loop
/// until `rest` is empty.
constexpr std::string_view next_part(std::string_view& rest, char separator) noexcept {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return trim(part);
}

} // namespace troupe::protocol::ascii
