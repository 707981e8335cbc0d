#pragma once

// What the configuration says about WebSockets; those limits that all transports share stand in
// connection_options.hpp.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troupe::net {

struct websocket_options {
  bool enabled = true;
  std::size_t max_message_bytes = 0; ///< all fragments, decompressed; 0: as limits.max_body_bytes
  std::uint32_t max_fragments = 1024;
  std::uint32_t max_messages_per_second = 50'000;
  std::uint32_t max_control_frames_per_second = 100;
  /// A ping to a peer that has sent nothing for so long.
  std::chrono::milliseconds ping_interval{std::chrono::seconds{30}};
  /// How long it may stay silent after that.
  std::chrono::milliseconds pong_timeout{std::chrono::seconds{20}};
  /// How long the peer may take to answer a close frame.
  std::chrono::milliseconds close_timeout{std::chrono::seconds{5}};

  // -- compression (permessage-deflate), without context takeover ---------------------------------
  bool compression = false;
  std::uint8_t compression_window_bits = 12;
  std::uint8_t compression_memory_level = 4;
  std::size_t compression_from_bytes = 1024; ///< smaller messages are sent as they are
};

} // namespace troupe::net
