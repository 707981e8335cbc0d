#pragma once

// WebSocket frames as a client writes and reads them (RFC 6455, 5.2), up to 65,535 bytes.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "load_program.hpp"

namespace websocket {

constexpr std::size_t text = 0x81, close = 0x88, ping = 0x89,
                      pong = 0x8A; ///< first byte of a frame

struct frame {
  std::size_t first = 0;
  std::string_view payload;
  std::size_t size = 0; ///< with its header
};

/// A masked frame.
inline std::string masked(std::size_t first, std::string_view payload) {
  constexpr std::string_view mask = "\x11\x22\x33\x44";
  std::string result;
  const auto append = [&](std::size_t value) {
    result += static_cast<char>(static_cast<unsigned char>(value));
  };
  append(first);
  append(0x80 | (payload.size() < 126 ? payload.size() : 126));
  if (payload.size() >= 126) {
    append(payload.size() >> 8);
    append(payload.size());
  }
  result += mask;
  for (std::size_t i = 0; i < payload.size(); ++i)
    result += static_cast<char>(payload[i] ^ mask[i % 4]);
  return result;
}

/// The first frame, once it is complete.
inline std::optional<frame> find_frame(std::string_view bytes) {
  const auto byte = [&](std::size_t i) {
    return std::size_t{static_cast<unsigned char>(bytes[i])};
  };
  if (bytes.size() < 2)
    return std::nullopt;
  std::size_t length = byte(1), head = 2;
  if (length == 126) {
    if (bytes.size() < 4)
      return std::nullopt;
    length = byte(2) << 8 | byte(3);
    head = 4;
  } else if (length > 126) {
    load::fail("a frame that is too large, or masked");
  }
  if (bytes.size() < head + length)
    return std::nullopt;
  return frame{byte(0), bytes.substr(head, length), head + length};
}

} // namespace websocket
