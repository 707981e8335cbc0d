#pragma once

// Server-sent events (WHATWG HTML, "Server-sent events") as bytes, with the chunked framing of the
// response they travel in. A payload that goes to many streams is encoded once into an sse_payload;
// each stream then adds only its own prefix (chunk size and `id:` line).

#include "troupe/protocol/event_id.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

enum class sse_framing : std::uint8_t {
  chunked, ///< HTTP/1.1: each frame is one chunk
  plain,   ///< HTTP/1.0: the end of the connection ends the stream
};

constexpr sse_framing sse_framing_for(std::uint8_t http_version) noexcept {
  return http_version >= 11 ? sse_framing::chunked : sse_framing::plain;
}

/// One encoded event without an id, immutable: meant to be shared by all its receivers.
class sse_payload {
public:
  /// `json` becomes one `data:` line. A CR or LF, which in JSON can only stand between tokens,
  /// becomes a space. `event` is the event's type; empty means the default, "message".
  explicit sse_payload(std::string_view json, std::string_view event = {});

  /// The event alone.
  std::string_view event() const noexcept {
    return std::string_view{bytes_}.substr(event_begin_, event_size_);
  }

  /// What is sent to a stream that uses no ids: nothing else is needed.
  std::string_view frame(sse_framing framing) const noexcept {
    return framing == sse_framing::chunked ? std::string_view{bytes_} : event();
  }

  /// What is sent behind the prefix of append_sse_prefix.
  std::string_view tail(sse_framing framing) const noexcept {
    return framing == sse_framing::chunked ? std::string_view{bytes_}.substr(event_begin_)
                                           : event();
  }

private:
  std::string bytes_; // chunk size CRLF, event, CRLF
  std::size_t event_begin_ = 0;
  std::size_t event_size_ = 0;
};

/// Appends what precedes `payload.tail(framing)` on a stream with ids: at most 66 bytes.
void append_sse_prefix(std::string& out, sse_framing framing, event_id id,
                       const sse_payload& payload);

/// Appends a whole event: for a message with a single receiver, written straight to its stream.
void append_sse_event(std::string& out, sse_framing framing, std::optional<event_id> id,
                      std::string_view json, std::string_view event = {});

/// Appends the event that lets a client reconnect before the first message: an id, the time to wait
/// and an empty `data:` line, without which parsers drop the event. From 2025-11-25 on.
void append_sse_priming(std::string& out, sse_framing framing, event_id id, std::uint32_t retry_ms);

/// Appends only a `retry:` field: before the server closes a connection whose stream goes on.
void append_sse_retry(std::string& out, sse_framing framing, std::uint32_t retry_ms);

/// A comment that keeps proxies from closing an idle stream.
constexpr std::string_view sse_keep_alive(sse_framing framing) noexcept {
  return framing == sse_framing::chunked ? "3\r\n:\n\n\r\n" : ":\n\n";
}

/// What ends the stream properly: the last chunk; with plain framing nothing but closing.
constexpr std::string_view sse_end(sse_framing framing) noexcept {
  return framing == sse_framing::chunked ? "0\r\n\r\n" : "";
}

} // namespace troupe::protocol
