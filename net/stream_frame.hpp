#pragma once

// An event of a stream as it goes over the wire: what the session composed (protocol/sse.hpp says
// how an event looks) inside the chunk of the response that carries it.

#include <string>
#include <string_view>

#include "troupe/protocol/sse.hpp"

namespace troupe::net {

/// Appends what precedes the JSON of an event: the chunk's size, the lines of `head` and `data:`.
void open_stream_frame(std::string& out, protocol::sse_framing framing, std::string_view head,
                       std::size_t json_bytes);
/// Appends what follows it.
void close_stream_frame(std::string& out, protocol::sse_framing framing);

} // namespace troupe::net
