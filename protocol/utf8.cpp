#include "troupe/protocol/utf8.hpp"

#include <cstdint>

namespace troupe::protocol {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

bool is_continuation(std::uint8_t byte) {
  return (byte & 0xC0) == 0x80;
}

// What may follow a lead byte directly is narrower than a continuation for four of them.
bool is_second(std::uint8_t lead, std::uint8_t byte) {
  switch (lead) {
  case 0xE0:
    return byte >= 0xA0 && byte <= 0xBF;
  case 0xED:
    return byte >= 0x80 && byte <= 0x9F;
  case 0xF0:
    return byte >= 0x90 && byte <= 0xBF;
  case 0xF4:
    return byte >= 0x80 && byte <= 0x8F;
  default:
    return is_continuation(byte);
  }
}

std::size_t length_by_lead(std::uint8_t lead) {
  if (lead < 0x80)
    return 1;
  if (lead >= 0xC2 && lead <= 0xDF)
    return 2;
  if (lead >= 0xE0 && lead <= 0xEF)
    return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

} // namespace

std::size_t utf8_length(std::string_view text) noexcept {
  if (text.empty())
    return 0;
  const auto lead = byte_at(text, 0);
  const auto length = length_by_lead(lead);
  if (length <= 1)
    return length;
  if (text.size() < length || !is_second(lead, byte_at(text, 1)))
    return 0;
  for (std::size_t i = 2; i < length; ++i)
    if (!is_continuation(byte_at(text, i)))
      return 0;
  return length;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view utf8_prefix(std::string_view text, std::size_t size) noexcept {
  if (text.size() <= size)
    return text;
  while (size > 0 && is_continuation(byte_at(text, size)))
    --size;
  return text.substr(0, size);
}

} // namespace troupe::protocol
