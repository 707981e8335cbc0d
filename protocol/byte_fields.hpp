// Length-prefixed fields in a string of bytes: what goes into sealed tokens, and what they are bound to. Each field
// says its own length, so that two different lists of fields never have the same bytes. Numbers are big endian.
// Flow: request_state.hpp and sealed_box.hpp write and read their payloads with these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

void append_u32(std::string& out, std::uint32_t number);
void append_u64(std::string& out, std::uint64_t number);

/// Four bytes of length, then the bytes. Throws std::length_error for 4 GiB and more.
void append_field(std::string& out, std::string_view bytes);

/// Reads from the front; nothing when what is left is too short. Views point into the bytes given.
class field_reader {
public:
  explicit field_reader(std::string_view bytes) noexcept : rest_(bytes) {}

  std::optional<std::uint8_t> u8() noexcept;
  std::optional<std::uint32_t> u32() noexcept;
  std::optional<std::uint64_t> u64() noexcept;
  std::optional<std::string_view> bytes(std::size_t count) noexcept;
  std::optional<std::string_view> field() noexcept;

  std::string_view rest() const noexcept { return rest_; }

private:
  std::string_view rest_;
};

} // namespace troupe::protocol
