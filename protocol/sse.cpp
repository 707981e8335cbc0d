#include "troupe/protocol/sse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace troupe::protocol {

namespace {

constexpr std::string_view crlf = "\r\n";

template<int Base>
void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, Base).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void append_chunk_size(std::string& out, sse_framing framing, std::size_t size) {
  if (framing != sse_framing::chunked)
    return;
  append_number<16>(out, size);
  out += crlf;
}

void append_chunk_end(std::string& out, sse_framing framing) {
  if (framing == sse_framing::chunked)
    out += crlf;
}

/// A field's value must stay on its line, or its rest would be read as other fields.
void append_one_line(std::string& out, std::string_view text) {
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  out += text;
  // Two searches of whole words are much faster than one by bytes, and find nothing as a rule.
  for (const char line_break : {'\n', '\r'})
    if (text.find(line_break) != std::string_view::npos)
      std::replace(out.begin() + begin, out.end(), line_break, ' ');
}

constexpr std::string_view event_name = "event: ";
constexpr std::string_view data_name = "data: ";
constexpr std::string_view id_name = "id: ";
constexpr std::string_view retry_name = "retry: ";

std::size_t message_size(std::string_view json, std::string_view event) noexcept {
  const auto event_size = event.empty() ? 0 : event_name.size() + event.size() + 1;
  return event_size + data_name.size() + json.size() + 2;
}

void append_message(std::string& out, std::string_view json, std::string_view event) {
  if (!event.empty()) {
    out += event_name;
    append_one_line(out, event);
    out += '\n';
  }
  out += data_name;
  append_one_line(out, json);
  out += "\n\n";
}

/// The `id:` line, on the stack, since its size must be known before it is written.
class id_line {
public:
  explicit id_line(std::optional<event_id> id) noexcept {
    if (!id)
      return;
    char* at = std::copy(id_name.begin(), id_name.end(), bytes_.data());
    at = write_event_id(at, *id);
    *at++ = '\n';
    size_ = static_cast<std::size_t>(at - bytes_.data());
  }

  std::string_view text() const noexcept { return {bytes_.data(), size_}; }

private:
  std::array<char, id_name.size() + max_event_id_bytes + 1> bytes_;
  std::size_t size_ = 0;
};

} // namespace

sse_payload::sse_payload(std::string_view json, std::string_view event)
    : event_size_(message_size(json, event)) {
  bytes_.reserve(event_size_ + 20);
  append_chunk_size(bytes_, sse_framing::chunked, event_size_);
  event_begin_ = bytes_.size();
  append_message(bytes_, json, event);
  append_chunk_end(bytes_, sse_framing::chunked);
}

void append_sse_prefix(std::string& out, sse_framing framing, event_id id,
                       const sse_payload& payload) {
  const id_line line{id};
  append_chunk_size(out, framing, line.text().size() + payload.event().size());
  out += line.text();
}

void append_sse_event(std::string& out, sse_framing framing, std::optional<event_id> id,
                      std::string_view json, std::string_view event) {
  const id_line line{id};
  const auto size = line.text().size() + message_size(json, event);
  out.reserve(out.size() + size + 20);
  append_chunk_size(out, framing, size);
  out += line.text();
  append_message(out, json, event);
  append_chunk_end(out, framing);
}

void append_sse_priming(std::string& out, sse_framing framing, event_id id,
                        std::uint32_t retry_ms) {
  std::string frame{id_line{id}.text()};
  frame += retry_name;
  append_number<10>(frame, retry_ms);
  frame += "\ndata:\n\n";
  append_chunk_size(out, framing, frame.size());
  out += frame;
  append_chunk_end(out, framing);
}

void append_sse_retry(std::string& out, sse_framing framing, std::uint32_t retry_ms) {
  std::string frame{retry_name};
  append_number<10>(frame, retry_ms);
  frame += "\n\n";
  append_chunk_size(out, framing, frame.size());
  out += frame;
  append_chunk_end(out, framing);
}

} // namespace troupe::protocol
