#include "troupe/protocol/websocket_gate.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

constexpr std::size_t mask_bytes = 4;
constexpr std::uint8_t max_control_bytes = 125;
constexpr std::uint16_t max_close_code = 4999; // RFC 6455 §7.4.2

bool is_control(websocket_opcode opcode) noexcept {
  return static_cast<std::uint8_t>(opcode) >= 8;
}

} // namespace

bool websocket_gate::refuse(websocket_close code, std::string_view reason) noexcept {
  refused_ = true;
  code_ = code;
  reason_ = reason;
  return false;
}

std::size_t websocket_gate::header_needed() const noexcept {
  if (header_size_ < 2)
    return 2;
  const auto length = header_[1] & 0x7F;
  return 2 + mask_bytes + (length == 126 ? 2u : length == 127 ? 8u : 0u);
}

std::uint64_t websocket_gate::declared() const noexcept {
  const auto length = header_[1] & 0x7F;
  if (length < 126)
    return static_cast<std::uint64_t>(length);
  std::uint64_t result = 0;
  for (std::size_t i = 2; i < (length == 126 ? 4u : 10u); ++i)
    result = result << 8 | header_[i];
  return result;
}

websocket_step websocket_gate::step(std::string_view bytes, std::uint64_t second) noexcept {
  websocket_step result;
  const bool had_header = payload_left_ > 0;
  bool header_complete = had_header;
  while (!refused_ && !header_complete && result.size < bytes.size()) {
    header_[header_size_++] = static_cast<std::uint8_t>(bytes[result.size++]);
    if (header_size_ == 2 && !(take_start(header_[0], header_[1]) && count(second)))
      break;
    if (header_size_ < 2 || header_size_ < header_needed())
      continue;
    if (!take_length())
      break;
    header_complete = true;
    header_size_ = 0;
  }
  if (refused_)
    return refusal();
  if (!header_complete)
    return result;
  const auto payload =
      static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size() - result.size));
  if (opcode_ == websocket_opcode::close && !take_close_code(bytes.substr(result.size, payload)))
    return refusal();
  payload_left_ -= payload;
  result.size += payload;
  if (payload_left_ == 0) {
    result.frame_end = true;
    result.opcode = opcode_;
    result.message_end = !is_control(opcode_) && fin_;
  }
  return result;
}

websocket_step websocket_gate::refusal() const noexcept {
  websocket_step result;
  result.refused = true;
  result.code = code_;
  result.reason = reason_;
  return result;
}

// The first two bytes tell most of what can be wrong; nobody has to wait for the others.
bool websocket_gate::take_start(std::uint8_t first, std::uint8_t second_byte) noexcept {
  const bool fin = (first & 0x80) != 0;
  const bool marked = (first & 0x40) != 0;
  if ((first & 0x30) != 0)
    return refuse(websocket_close::protocol_error, "a reserved bit is set");
  if ((second_byte & 0x80) == 0)
    return refuse(websocket_close::protocol_error, "a frame is not masked");
  opcode_ = static_cast<websocket_opcode>(first & 0x0F);
  switch (opcode_) {
  case websocket_opcode::continuation:
    if (!in_message_)
      return refuse(websocket_close::protocol_error, "a continuation without a message");
    return (!marked || refuse(websocket_close::protocol_error, "a reserved bit is set")) &&
           take_data(fin);
  case websocket_opcode::text:
  case websocket_opcode::binary:
    if (in_message_)
      return refuse(websocket_close::protocol_error, "a new message within a fragmented one");
    if (marked && !limits_.compressed)
      return refuse(websocket_close::protocol_error, "a reserved bit is set");
    if (opcode_ == websocket_opcode::binary)
      return refuse(websocket_close::unsupported, "messages are JSON; send them as text");
    return take_data(fin);
  case websocket_opcode::close:
  case websocket_opcode::ping:
  case websocket_opcode::pong:
    return (!marked || refuse(websocket_close::protocol_error, "a reserved bit is set")) &&
           take_control(fin, second_byte & 0x7F);
  }
  return refuse(websocket_close::protocol_error, "a reserved opcode");
}

bool websocket_gate::take_control(bool fin, std::uint8_t length) noexcept {
  if (!fin)
    return refuse(websocket_close::protocol_error, "a control frame is fragmented");
  return length <= max_control_bytes ||
         refuse(websocket_close::protocol_error, "a control frame has more than 125 bytes");
}

bool websocket_gate::take_data(bool fin) noexcept {
  fin_ = fin;
  if (opcode_ == websocket_opcode::continuation) {
    ++fragments_;
  } else {
    fragments_ = 1;
    message_bytes_ = 0;
  }
  in_message_ = !fin;
  return fragments_ <= limits_.max_fragments ||
         refuse(websocket_close::policy, "a message has too many fragments");
}

/// Counts anew with every second of the clock, which needs no more than two numbers.
bool websocket_gate::count(std::uint64_t second) noexcept {
  if (second != second_) {
    second_ = second;
    messages_ = controls_ = 0;
  }
  if (is_control(opcode_))
    return ++controls_ <= limits_.max_control_frames_per_second ||
           refuse(websocket_close::policy, "too many pings or pongs in one second");
  if (opcode_ == websocket_opcode::continuation)
    return true;
  return ++messages_ <= limits_.max_messages_per_second ||
         refuse(websocket_close::policy, "too many messages in one second");
}

bool websocket_gate::take_length() noexcept {
  const auto length = declared();
  const auto form = header_[1] & 0x7F;
  if (form == 127 && (header_[2] & 0x80) != 0)
    return refuse(websocket_close::protocol_error, "a length has its highest bit set");
  if ((form == 126 && length < 126) || (form == 127 && length < 0x10000))
    return refuse(websocket_close::protocol_error, "a length is not in its shortest form");
  payload_left_ = length;
  close_code_size_ = 0;
  if (is_control(opcode_))
    return true;
  if (length > limits_.max_message_bytes || message_bytes_ > limits_.max_message_bytes - length)
    return refuse(websocket_close::too_big, "the message is larger than this server accepts");
  message_bytes_ += length;
  frame_bytes_ = length;
  return true;
}

/// The first two bytes of a close frame's payload. Beast 1.81 answers codes that it does not know with
/// themselves.
bool websocket_gate::take_close_code(std::string_view payload) noexcept {
  const auto* const mask =
      &header_[2]; // a control frame says its length in the header's first bytes
  for (; close_code_size_ < 2 && !payload.empty(); payload.remove_prefix(1)) {
    const auto byte = static_cast<std::uint8_t>(payload.front()) ^ mask[close_code_size_++];
    close_code_ = static_cast<std::uint16_t>(close_code_ << 8 | byte);
    if (close_code_size_ == 2 && close_code_ > max_close_code)
      return refuse(websocket_close::protocol_error, "a close code that does not exist");
  }
  return true;
}

} // namespace troupe::protocol
