#pragma once

// How a client reaches this server: the label `transport` of metrics, and what a session must know.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe {

enum class transport_kind : std::uint8_t {
  http,      ///< Streamable HTTP: many exchanges, on connections that come and go
  sse,       ///< HTTP+SSE of 2024-11-05: one stream out, POSTs in
  websocket, ///< one connection, both ways
  stdio,     ///< standard input and output of this process
  local,     ///< a Unix domain socket, framed like stdio
};
inline constexpr std::size_t transport_kind_count = 5;

constexpr std::string_view to_string(transport_kind kind) noexcept {
  constexpr std::string_view names[] = {"http", "sse", "websocket", "stdio", "unix"};
  return names[static_cast<std::size_t>(kind)];
}

/// True where one connection carries everything to the client, and the session ends with it.
constexpr bool is_duplex(transport_kind kind) noexcept {
  return kind != transport_kind::http;
}

} // namespace troupe
