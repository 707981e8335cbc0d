#include "troupe/net/stream_frame.hpp"

#include <array>
#include <charconv>

namespace troupe::net {

namespace {

constexpr std::string_view data_field = "data: ";
constexpr std::string_view event_end = "\n\n";

} // namespace

void open_stream_frame(std::string& out, protocol::sse_framing framing, std::string_view head,
                       std::size_t json_bytes) {
  if (framing == protocol::sse_framing::chunked) {
    const auto size = head.size() + data_field.size() + json_bytes + event_end.size();
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
    out += "\r\n";
  }
  out += head;
  out += data_field;
}

void close_stream_frame(std::string& out, protocol::sse_framing framing) {
  out += event_end;
  if (framing == protocol::sse_framing::chunked)
    out += "\r\n";
}

} // namespace troupe::net
