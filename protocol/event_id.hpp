#pragma once

// Ids of SSE events: `<stream>-<sequence>`. The id names its stream, so that `Last-Event-ID` brings
// back the later events of that stream and of no other (MCP transports, "Resumability and
// Redelivery"). Streams and sequences are numbered within a session.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

struct event_id {
  std::uint64_t stream = 0;
  std::uint64_t sequence = 0;

  friend bool operator==(const event_id&, const event_id&) = default;
};

inline constexpr std::size_t max_event_id_bytes = 41; // two numbers of 20 digits and a hyphen

/// Writes the id to `at`, where max_event_id_bytes must be free, and returns
/// the end of what it wrote.
char* write_event_id(char* at, event_id id) noexcept;

void append_event_id(std::string& out, event_id id);

std::string to_string(event_id id);

/// Reads exactly what write_event_id writes: no sign, no leading zero, nothing before or behind.
std::optional<event_id> parse_event_id(std::string_view text) noexcept;

} // namespace troupe::protocol
