#include "troupe/protocol/base64.hpp"

#include <array>
#include <cstdint>

namespace troupe::protocol {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t foreign = 0xFF;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(foreign);
  for (std::uint8_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<std::uint8_t>(alphabet[i])] = i;
  return table;
}();

std::uint32_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint8_t>(bytes[index]);
}

char digit(std::uint32_t bits, unsigned shift) {
  return alphabet[bits >> shift & 0x3F];
}

char low_byte(std::uint32_t bits) {
  return static_cast<char>(static_cast<std::uint8_t>(bits));
}

// The bits of `count` digits from `text`, high first; nothing for a foreign character.
std::optional<std::uint32_t> read_digits(std::string_view text) {
  std::uint32_t bits = 0;
  for (const char c : text) {
    const auto value = values[static_cast<std::uint8_t>(c)];
    if (value == foreign)
      return std::nullopt;
    bits = bits << 6 | value;
  }
  return bits;
}

// The last group, without its padding: two digits for one byte, three for two; the rest of the bits is zero.
bool append_last(std::string& out, std::string_view digits) {
  const auto bits = read_digits(digits);
  if (!bits)
    return false;
  if (digits.size() == 2) {
    out += low_byte(*bits >> 4);
    return (*bits & 0xF) == 0;
  }
  out += low_byte(*bits >> 10);
  out += low_byte(*bits >> 2);
  return (*bits & 0x3) == 0;
}

} // namespace

void append_base64(std::string& out, std::string_view bytes) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const auto bits = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    out += {digit(bits, 18), digit(bits, 12), digit(bits, 6), digit(bits, 0)};
  }
  if (bytes.size() - i == 1) {
    const auto bits = byte_at(bytes, i) << 16;
    out += {digit(bits, 18), digit(bits, 12), '=', '='};
  } else if (bytes.size() - i == 2) {
    const auto bits = byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8;
    out += {digit(bits, 18), digit(bits, 12), digit(bits, 6), '='};
  }
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const auto digits = text.substr(0, text.size() - padding);
  const auto whole = digits.size() / 4 * 4;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < whole; i += 4) {
    const auto bits = read_digits(digits.substr(i, 4));
    if (!bits)
      return std::nullopt;
    out += {low_byte(*bits >> 16), low_byte(*bits >> 8), low_byte(*bits)};
  }
  if (whole < digits.size() && !append_last(out, digits.substr(whole)))
    return std::nullopt;
  return out;
}

} // namespace troupe::protocol
