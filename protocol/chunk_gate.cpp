#include "troupe/protocol/chunk_gate.hpp"

#include "troupe/protocol/ascii.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

constexpr std::uint8_t max_size_digits = 16; // what 64 bits can hold

/// 0 to 15, or 16 for a byte that is no hexadecimal digit.
std::uint8_t hex_value(char byte) noexcept {
  if (byte >= '0' && byte <= '9')
    return static_cast<std::uint8_t>(byte - '0');
  const char lower = ascii::to_lower(byte);
  return lower >= 'a' && lower <= 'f' ? static_cast<std::uint8_t>(lower - 'a' + 10)
                                      : std::uint8_t{16};
}

} // namespace

bool chunk_gate::fail(std::uint16_t status, std::string_view reason) noexcept {
  expected_ = expected::failed;
  status_ = status;
  reason_ = reason;
  return false;
}

chunk_step chunk_gate::next(std::string_view input) noexcept {
  if (expected_ == expected::nothing)
    return {chunk_state::complete, 0, {}, 0, {}};
  std::size_t at = 0;
  while (at < input.size() && expected_ != expected::failed) {
    if (expected_ == expected::data) {
      const auto size =
          static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, input.size() - at));
      chunk_left_ -= size;
      if (chunk_left_ == 0)
        expected_ = expected::data_cr;
      return {chunk_state::data, at + size, input.substr(at, size), 0, {}};
    }
    if (!take_framing_byte(input[at]))
      break;
    ++at;
    if (expected_ == expected::nothing)
      return {chunk_state::complete, at, {}, 0, {}};
  }
  if (expected_ == expected::failed)
    return {chunk_state::rejected, at, {}, status_, reason_};
  return {chunk_state::need_more, at, {}, 0, {}};
}

bool chunk_gate::take_framing_byte(char byte) noexcept {
  switch (expected_) {
  case expected::size:
    return take_size_byte(byte);
  case expected::extension:
    return take_extension_byte(byte);
  case expected::size_lf:
    return byte == '\n' ? take_size_end() : fail(400, "a chunk's size line must end with CR LF");
  case expected::data_cr:
    return take_exactly(byte, '\r', expected::data_lf, "a chunk is longer than its size says");
  case expected::data_lf:
    return take_exactly(byte, '\n', expected::size, "a chunk must end with CR LF");
  case expected::end_cr:
    return take_exactly(byte, '\r', expected::end_lf,
                        "trailer fields are not supported; end the body with an empty line");
  case expected::end_lf:
    return take_exactly(byte, '\n', expected::nothing, "the body must end with CR LF");
  default:
    return false; // data and the two ends take no framing byte
  }
}

bool chunk_gate::take_size_byte(char byte) noexcept {
  const auto digit = hex_value(byte);
  if (digit < 16) {
    if (size_digits_ == max_size_digits)
      return fail(400, "a chunk's size has too many digits");
    ++size_digits_;
    chunk_left_ = chunk_left_ * 16 + digit;
    return true;
  }
  if (size_digits_ == 0 || (byte != '\r' && byte != ';'))
    return fail(400, "a chunk must begin with its size as a hexadecimal number");
  expected_ = byte == '\r' ? expected::size_lf : expected::extension;
  return true;
}

// Extensions mean nothing to us, but must not become a way to send without end.
bool chunk_gate::take_extension_byte(char byte) noexcept {
  if (byte == '\r') {
    expected_ = expected::size_lf;
    return true;
  }
  if (byte != ' ' && byte != '\t' && !ascii::is(byte, ascii::byte_class::visible))
    return fail(400, "a chunk extension holds a byte that is not printable ASCII");
  if (++extension_bytes_ > limits_.max_extension_bytes)
    return fail(400, "the chunk extensions are too long; send none");
  return true;
}

bool chunk_gate::take_size_end() noexcept {
  if (chunk_left_ > limits_.max_body_bytes - body_bytes_)
    return fail(413, "the body is too large; send a smaller message");
  body_bytes_ += chunk_left_;
  size_digits_ = 0;
  expected_ = chunk_left_ == 0 ? expected::end_cr : expected::data;
  return true;
}

bool chunk_gate::take_exactly(char byte, char wanted, expected then,
                              std::string_view reason) noexcept {
  if (byte != wanted)
    return fail(400, reason);
  expected_ = then;
  return true;
}

} // namespace troupe::protocol
