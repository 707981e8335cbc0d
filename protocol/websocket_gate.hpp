#pragma once

// The gate in front of Beast's websocket::stream: it reads the headers of the frames that a client
// sends, strictly and in one pass, and nothing behind it sees a frame that it did not accept. It
// exists because Beast counts neither fragments nor messages nor pings, reads a message before its
// size is known to be too much, and in 1.81 accepts some lengths that are malformed and close codes
// that do not exist; the tests name each such gap. Other payloads are not looked at: unmasking, UTF-8
// and closing are Beast's.
//
// Flow: net/websocket_port hands over what it received and passes on what each step() accepts.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::protocol {

/// RFC 6455 §7.4.1.
enum class websocket_close : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported = 1003,
  invalid_payload = 1007,
  policy = 1008,
  too_big = 1009,
  internal_error = 1011,
};

struct websocket_limits {
  std::uint64_t max_message_bytes = 4 * 1024 * 1024; ///< as sent, all fragments; else 1009
  std::uint32_t max_fragments = 1024;                ///< frames of one message; else 1008
  std::uint32_t max_messages_per_second = 50'000;    ///< else 1008
  std::uint32_t max_control_frames_per_second = 100; ///< pings, pongs and closes; else 1008
  bool compressed = false; ///< permessage-deflate was agreed on: RSV1 may mark a message
};

enum class websocket_opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

struct websocket_step {
  /// Bytes that may be passed on, all of one frame; 0 only if there are none, or after a refusal.
  std::size_t size = 0;
  bool frame_end = false;   ///< the frame is complete with them
  bool message_end = false; ///< and so is its message
  bool refused = false;     ///< the connection must be closed with `code`; nothing more is accepted
  websocket_opcode opcode = websocket_opcode::text; ///< of a frame at its end
  websocket_close code = websocket_close::normal;
  std::string_view reason; ///< of a refusal: a constant text of at most 123 bytes
};

class websocket_gate {
public:
  websocket_gate() noexcept = default;
  explicit websocket_gate(const websocket_limits& limits) noexcept : limits_(limits) {}

  /// Looks at the next bytes of the connection, up to the end of a frame; the rest is for the next
  /// call. `second`: a clock of whole seconds, for the rates. The outcome does not depend on how the
  /// bytes were cut. RFC 6455 §5.2 to §5.5.
  websocket_step step(std::string_view bytes, std::uint64_t second) noexcept;

  /// Whether the next byte begins a message.
  bool between_messages() const noexcept { return between_frames() && !in_message_; }
  /// Whether the next byte begins a frame.
  bool between_frames() const noexcept { return header_size_ == 0 && payload_left_ == 0; }
  /// Bytes of the running message that its frames have declared so far.
  std::uint64_t message_bytes() const noexcept { return message_bytes_; }
  /// Of the last data frame.
  std::uint64_t frame_bytes() const noexcept { return frame_bytes_; }

private:
  bool take_start(std::uint8_t first, std::uint8_t second_byte) noexcept;
  bool take_control(bool fin, std::uint8_t length) noexcept;
  bool take_data(bool fin) noexcept;
  bool take_length() noexcept;
  bool take_close_code(std::string_view payload) noexcept;
  bool count(std::uint64_t second) noexcept;
  websocket_step refusal() const noexcept;
  bool refuse(websocket_close code, std::string_view reason) noexcept;
  std::size_t header_needed() const noexcept;
  std::uint64_t declared() const noexcept;

  websocket_limits limits_;
  std::uint64_t payload_left_ = 0;
  std::uint64_t message_bytes_ = 0;
  std::uint64_t frame_bytes_ = 0;
  std::uint64_t second_ = 0;
  std::uint32_t messages_ = 0; ///< begun within second_
  std::uint32_t controls_ = 0;
  std::uint32_t fragments_ = 0;
  std::array<std::uint8_t, 14> header_{};
  std::uint8_t header_size_ = 0; ///< bytes of it that have come; 0 again once it is complete
  websocket_opcode opcode_ = websocket_opcode::text;
  bool fin_ = true;
  bool in_message_ = false; ///< a continuation must follow
  bool refused_ = false;
  std::uint8_t close_code_size_ = 0; ///< bytes of close_code_ that have come
  std::uint16_t close_code_ = 0;     ///< that the client closes with
  websocket_close code_ = websocket_close::normal;
  std::string_view reason_;
};

} // namespace troupe::protocol
