#include "troupe/protocol/byte_fields.hpp"

#include <concepts>
#include <limits>
#include <stdexcept>

namespace troupe::protocol {

namespace {

template<std::unsigned_integral Number>
void append_number(std::string& out, Number number) {
  for (std::size_t shift = sizeof number * 8; shift != 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>(number >> (shift - 8)));
}

template<std::unsigned_integral Number>
std::optional<Number> to_number(std::optional<std::string_view> bytes) noexcept {
  if (!bytes)
    return std::nullopt;
  std::uint64_t number = 0;
  for (const char byte : *bytes)
    number = number << 8 | static_cast<unsigned char>(byte);
  return static_cast<Number>(number);
}

} // namespace

void append_u32(std::string& out, std::uint32_t number) {
  append_number(out, number);
}

void append_u64(std::string& out, std::uint64_t number) {
  append_number(out, number);
}

void append_field(std::string& out, std::string_view bytes) {
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max())
    throw std::length_error("a field of a sealed token holds 4 GiB or more");
  append_u32(out, static_cast<std::uint32_t>(bytes.size()));
  out += bytes;
}

std::optional<std::string_view> field_reader::bytes(std::size_t count) noexcept {
  if (count > rest_.size())
    return std::nullopt;
  const auto result = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return result;
}

std::optional<std::uint8_t> field_reader::u8() noexcept {
  return to_number<std::uint8_t>(bytes(sizeof(std::uint8_t)));
}

std::optional<std::uint32_t> field_reader::u32() noexcept {
  return to_number<std::uint32_t>(bytes(sizeof(std::uint32_t)));
}

std::optional<std::uint64_t> field_reader::u64() noexcept {
  return to_number<std::uint64_t>(bytes(sizeof(std::uint64_t)));
}

std::optional<std::string_view> field_reader::field() noexcept {
  const auto size = u32();
  return size ? bytes(*size) : std::nullopt;
}

} // namespace troupe::protocol
