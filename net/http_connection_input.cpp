#include "troupe/net/http_connection.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <variant>

namespace troupe::net {

namespace {

/// Reads in a row of one large body, before other connections get their turn.
constexpr int max_reads = 2;

/// What a request may announce and get room for at once; beyond that, room grows with what comes.
constexpr std::size_t max_room_ahead = 256 * 1024;

} // namespace

void http_connection::read_requests() {
  for (int i = 0; i < max_reads; ++i) {
    error_code error;
    const auto size =
        stream_.read(asio::buffer(context_->read_buffer(), connection_context::read_bytes), error);
    if (is_would_block(error))
      return;
    if (error == asio::error::eof) {
      on_peer_eof();
      return;
    }
    if (error) {
      end(phase_ == phase::idle ? connection_end::client_closed : connection_end::client_lost);
      return;
    }
    context_->observer().bytes_received(size);
    if (!inbound_ || inbound_->kept.empty()) {
      process(context_->read_buffer(), size);
    } else {
      inbound_->kept.append(context_->read_buffer(), size);
      take_kept();
    }
    if (size < connection_context::read_bytes || phase_ == phase::closed || !wants_input())
      return;
  }
}

/// Goes on with what came behind the request that was answered just now.
void http_connection::take_kept() {
  if (inbound_ && !inbound_->kept.empty())
    process(inbound_->kept.data(), inbound_->kept.size());
  if (!peer_eof_ || closing_)
    return;
  if (phase_ == phase::idle)
    close_when_written(connection_end::client_closed, false);
  else if (phase_ == phase::receiving || phase_ == phase::skipping)
    end(connection_end::client_lost);
}

/// Takes all complete requests off the bytes, which are the thread's read buffer or inbound_->kept,
/// until one has to wait for its answer; keeps the rest.
void http_connection::process(char* bytes, std::size_t size) {
  while (size > 0 && takes_requests()) {
    const auto used = phase_ == phase::skipping ? skip_body(size) : take_request(bytes, size);
    if (used == 0)
      break;
    bytes += used;
    size -= used;
  }
  if (phase_ == phase::lingering) {
    if (skip_left_ < size)
      end(end_);
    else
      skip_left_ -= size;
    size = 0;
  }
  if (phase_ == phase::upgrading)
    upgrade({bytes, size});
  else if (phase_ != phase::closed)
    keep(bytes, closing_ ? 0 : size);
}

bool http_connection::takes_requests() const noexcept {
  return !has_exchange() && !closing_ && phase_ != phase::closed && phase_ != phase::upgrading;
}

std::size_t http_connection::skip_body(std::size_t size) {
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_left_, size));
  skip_left_ -= skipped;
  if (skip_left_ == 0)
    exchange_answered();
  return skipped;
}

/// Returns how many bytes are done with; 0: there must be more, and `size` is what must be kept.
std::size_t http_connection::take_request(char* bytes, std::size_t& size) {
  if (!inbound_)
    inbound_ = context_->take_inbound();
  auto& parser = inbound_->parser;
  if (phase_ == phase::idle) {
    parser.reset(); // whatever it read before, here or for another connection
    phase_ = phase::receiving;
    served_ = true;
    deadline_ = now() + options().header_timeout;
  }
  std::optional<protocol::admitted> request;
  bool head_just_read = false;
  for (;;) {
    switch (parser.parse(bytes, size)) {
    case parse_state::head:
      head_just_read = true;
      if (!decide(request))
        return parser.end();
      break;
    case parse_state::need_more:
      on_incomplete(head_just_read, request && request->expect_continue);
      size = parser.kept();
      return 0;
    case parse_state::complete:
      // After bytes have moved, the views of the first decision are stale; the second is the same.
      if (request || decide(request))
        handle(*request, parser.body());
      return parser.end();
    case parse_state::rejected:
      reject();
      return size;
    }
  }
}

/// What the head alone allows; false if it was refused.
bool http_connection::decide(std::optional<protocol::admitted>& request) {
  const auto& head = inbound_->parser.head();
  version_ = head.version;
  keep_alive_ = head.keep_alive && !is_draining();
  if (head.upgrade_websocket && options().websocket.enabled) {
    decide_upgrade();
    return false;
  }
  auto decision = protocol::decide_request(head, options().endpoint);
  if (const auto* const why = std::get_if<protocol::refusal>(&decision)) {
    refuse(*why);
    if (why->then == protocol::after_refusal::drain && !closing_) {
      phase_ = phase::skipping;
      skip_left_ = head.content_length.value_or(0);
      deadline_ = now() + options().body_timeout;
    }
    return false;
  }
  request = std::get<protocol::admitted>(decision);
  if (!request->cors_origin.empty())
    cors_origin_ = std::make_unique<std::string>(request->cors_origin);
  return true;
}

void http_connection::on_incomplete(bool head_just_read, bool expects_continue) {
  if (!head_just_read)
    return;
  deadline_ += options().body_timeout - options().header_timeout;
  if (expects_continue)
    out() += protocol::continue_response;
}

/// Nobody knows where the next request would begin.
void http_connection::reject() {
  const auto& parser = inbound_->parser;
  context_->observer().parse_failed(parser.has_head() ? parse_failure::body : parse_failure::head);
  version_ = 11;
  refuse(protocol::refuse_rejected_head(parser.rejection()));
}

void http_connection::keep(const char* bytes, std::size_t size) {
  if (!inbound_) {
    if (size == 0)
      return;
    inbound_ = context_->take_inbound();
  }
  auto& kept = inbound_->kept;
  if (size == 0) {
    kept.clear();
    if (phase_ != phase::receiving)
      context_->give_back(std::move(inbound_));
    return;
  }
  if (!std::less<>{}(bytes, kept.data()) && std::less<>{}(bytes, kept.data() + kept.size())) {
    kept.erase(0, static_cast<std::size_t>(bytes - kept.data()));
    kept.resize(size);
  } else {
    if (phase_ == phase::receiving)
      kept.reserve(std::min(inbound_->parser.expected_bytes(), max_room_ahead));
    kept.assign(bytes, size);
  }
}

/// The schema of the modern era has no `"id":null`.
protocol::unknown_id http_connection::unknown_id() const noexcept {
  const auto& parser = inbound_->parser;
  const auto version = parser.has_head()
                           ? parser.head().text(protocol::known_header::mcp_protocol_version)
                           : std::string_view{};
  return protocol::names_modern_revision(version) ? protocol::unknown_id::omit
                                                  : protocol::unknown_id::null;
}

/// Answers with a JSON-RPC error and lets the connection go on as `why` says.
void http_connection::refuse(const protocol::refusal& why, std::optional<protocol::request_id> id,
                             bool retry) {
  std::string json;
  // Only the modern era compares headers with the body, also where the head could not be read.
  const auto unknown = why.rpc_code == protocol::error_code::header_mismatch
                           ? protocol::unknown_id::omit
                           : unknown_id();
  protocol::append_error(json, id, {why.rpc_code, why.message, nullptr}, unknown);
  auto fields = this->fields(why.status);
  const auto& parser = inbound_->parser;
  fields.head_only = parser.has_head() && parser.head().method == protocol::http_method::head;
  if (retry)
    fields.retry_after_s = options().retry_after_seconds;
  protocol::append_refusal_response(out(), why, fields, json);
  response_begun(why.status);
  if (why.then == protocol::after_refusal::close || !fields.keep_alive)
    close_when_written(connection_end::refused, true);
  else if (why.then == protocol::after_refusal::keep_alive)
    exchange_answered();
}

/// The same for a request that was read to its end.
void http_connection::refuse_read(std::uint16_t status, std::int32_t code, std::string message,
                                  std::optional<protocol::request_id> id, bool retry) {
  refuse(protocol::refuse_request(inbound_->parser.head(), options().endpoint, status, code,
                                  std::move(message), true),
         std::move(id), retry);
}

} // namespace troupe::net
