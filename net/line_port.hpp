#pragma once

// A message port whose messages are lines: standard input and output, Unix domain sockets (stdio
// transport of every revision; 2026-07-28 lays down that other byte streams are framed alike). Reads
// through protocol/line_splitter, writes each message with a line feed behind it.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "troupe/net/byte_stream.hpp"
#include "troupe/net/connection_context.hpp"
#include "troupe/net/message_port.hpp"
#include "troupe/net/stdio_stream.hpp"

namespace troupe::net {

struct line_port_options {
  /// From the first byte of a line to its end; nothing: as long as it takes.
  std::optional<std::chrono::milliseconds> line_timeout;
  /// Called when all input has been passed on and no more will come.
  std::function<void()> on_input_end;
};

/// Lines may be as long as a request's body (endpoint_rules::max_body_bytes).
std::unique_ptr<message_port> make_line_port(message_port::user& user,
                                             connection_context_ptr context, byte_stream stream,
                                             line_port_options options);
std::unique_ptr<message_port> make_line_port(message_port::user& user,
                                             connection_context_ptr context, stdio_stream stream,
                                             line_port_options options);

} // namespace troupe::net
