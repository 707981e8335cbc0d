#pragma once

// Finds one request in received bytes, in place: the head is read by protocol/http_gate (and where
// its framing is uncommon, by second_reader.hpp too); the body is delimited by its length or decoded
// where it stands by protocol/chunk_gate. Nothing is copied and nothing allocated: head and body are
// views of the caller's bytes.
//
// Decisions about a request use the head as it was when it was complete: trailers are refused.
// Flow: bytes → request_parser → protocol/http_rules and protocol/document.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "troupe/protocol/chunk_gate.hpp"
#include "troupe/protocol/http_gate.hpp"

namespace troupe::net {

enum class parse_state : std::uint8_t {
  need_more, ///< keep kept() bytes, append what is received, and parse again
  head,      ///< the head is complete: decide, then parse again for the body
  complete,  ///< head and body are there; the next request begins at end()
  rejected,  ///< see status() and reason(); nobody knows where the next request begins
};

class request_parser {
public:
  request_parser() = default;
  request_parser(const protocol::gate_limits& head, std::uint64_t max_body_bytes) noexcept;

  /// Makes ready for the next request.
  void reset() noexcept;

  /// `bytes` are all that were received since the start of the request, except what kept() let go.
  /// They may move between calls and may be written to (chunked bodies are decoded in place).
  parse_state parse(char* bytes, std::size_t size);

  bool has_head() const noexcept { return phase_ != phase::head; }
  /// Valid from `head` on, while the bytes of the last parse() stay where they are.
  const protocol::http_head& head() const noexcept { return gate_.head(); }
  /// Valid at `complete`, likewise.
  std::string_view body() const noexcept { return {bytes_ + body_begin_, body_end_ - body_begin_}; }
  std::size_t end() const noexcept { return end_; }
  /// After `need_more`: how many of the given bytes must be kept; the rest is done with.
  std::size_t kept() const noexcept { return end_; }
  /// After `need_more`: how large the request will be, as far as that is known and allowed.
  std::size_t expected_bytes() const noexcept;

  /// Of `rejected`: as for protocol::gate_result, and 413 for a chunked body that is too large.
  const protocol::gate_result& rejection() const noexcept { return rejection_; }

private:
  enum class phase : std::uint8_t { head, body, done };

  parse_state parse_head(std::size_t size);
  parse_state parse_sized_body(std::size_t size) noexcept;
  parse_state parse_chunked_body(std::size_t size) noexcept;
  parse_state reject(std::uint16_t status, std::string_view reason) noexcept;

  protocol::head_gate gate_;
  protocol::chunk_gate chunks_;
  protocol::gate_result rejection_;
  std::uint64_t max_body_bytes_ = 0;
  char* bytes_ = nullptr;
  std::size_t body_begin_ = 0;
  std::size_t body_end_ = 0;
  std::size_t end_ = 0;
  phase phase_ = phase::head;
  bool gate_was_chunked_ = false;
};

} // namespace troupe::net
