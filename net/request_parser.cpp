#include "troupe/net/request_parser.hpp"

#include <algorithm>
#include <cstring>

#include "troupe/net/second_reader.hpp"

namespace troupe::net {

namespace {

/// Where the end of the request depends on more than one number.
bool is_uncommon(const protocol::http_head& head) noexcept {
  return head.chunked || head.version != 11 || head.upgrade_websocket;
}

} // namespace

request_parser::request_parser(const protocol::gate_limits& head,
                               std::uint64_t max_body_bytes) noexcept
    : gate_(head),
      chunks_(protocol::chunk_limits{.max_body_bytes = max_body_bytes}),
      max_body_bytes_(max_body_bytes) {}

void request_parser::reset() noexcept {
  gate_.reset();
  if (phase_ != phase::head && gate_was_chunked_)
    chunks_.reset();
  gate_was_chunked_ = false;
  body_begin_ = body_end_ = end_ = 0;
  phase_ = phase::head;
}

parse_state request_parser::parse(char* bytes, std::size_t size) {
  bytes_ = bytes;
  if (phase_ == phase::head)
    return parse_head(size);
  gate_.head().rebase(bytes);
  return gate_.head().chunked ? parse_chunked_body(size) : parse_sized_body(size);
}

parse_state request_parser::parse_head(std::size_t size) {
  const auto result = gate_.check({bytes_, size});
  if (result.state == protocol::gate_state::rejected) {
    rejection_ = result;
    return parse_state::rejected;
  }
  end_ = size;
  if (result.state == protocol::gate_state::need_more)
    return parse_state::need_more;
  if (is_uncommon(gate_.head()) &&
      ask_second_reader({bytes_, result.head_bytes}, gate_.head()) != second_opinion::same)
    return reject(400, "the request line or a header can be read in more than one way");
  gate_.head().rebase(bytes_);
  gate_was_chunked_ = gate_.head().chunked;
  body_begin_ = body_end_ = result.head_bytes;
  end_ = result.head_bytes;
  phase_ = phase::body;
  return parse_state::head;
}

parse_state request_parser::parse_sized_body(std::size_t size) noexcept {
  const auto length = gate_.head().content_length.value_or(0);
  if (length > max_body_bytes_)
    return reject(413, "the body is larger than this server accepts");
  if (size - body_begin_ < length) {
    end_ = size;
    return parse_state::need_more;
  }
  end_ = body_end_ = body_begin_ + static_cast<std::size_t>(length);
  phase_ = phase::done;
  return parse_state::complete;
}

parse_state request_parser::parse_chunked_body(std::size_t size) noexcept {
  // What was decoded so far ends at body_end_; the bytes from there on are still in chunks.
  auto at = body_end_;
  for (;;) {
    const auto step = chunks_.next({bytes_ + at, size - at});
    at += step.consumed;
    switch (step.state) {
    case protocol::chunk_state::data:
      std::memmove(bytes_ + body_end_, step.data.data(), step.data.size());
      body_end_ += step.data.size();
      break;
    case protocol::chunk_state::complete:
      end_ = at;
      phase_ = phase::done;
      return parse_state::complete;
    case protocol::chunk_state::need_more:
      end_ = body_end_;
      return parse_state::need_more;
    case protocol::chunk_state::rejected:
      return reject(step.status, step.reason);
    }
  }
}

std::size_t request_parser::expected_bytes() const noexcept {
  if (phase_ == phase::head)
    return 0;
  return body_begin_ + static_cast<std::size_t>(gate_.head().content_length.value_or(0));
}

parse_state request_parser::reject(std::uint16_t status, std::string_view reason) noexcept {
  rejection_ = {};
  rejection_.state = protocol::gate_state::rejected;
  rejection_.status = status;
  rejection_.reason = reason;
  return parse_state::rejected;
}

} // namespace troupe::net
