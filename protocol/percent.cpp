#include "troupe/protocol/percent.hpp"

namespace troupe::protocol {

namespace {

// -1: not a hexadecimal digit.
int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

} // namespace

bool is_unreserved(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool is_reserved(char c) noexcept {
  constexpr std::string_view reserved = ":/?#[]@!$&'()*+,;=";
  return reserved.find(c) != std::string_view::npos;
}

std::optional<char> percent_byte(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '%')
    return std::nullopt;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  if (high < 0 || low < 0)
    return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

void append_percent(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 0xF];
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text[0] != '%') {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    const auto byte = percent_byte(text);
    if (!byte)
      return std::nullopt;
    out += *byte;
    text.remove_prefix(3);
  }
  return out;
}

} // namespace troupe::protocol
