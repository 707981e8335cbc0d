#include "troupe/net/http_connection.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "troupe/net/message_connection.hpp"
#include "troupe/net/websocket_port.hpp"
#include "troupe/protocol/websocket_handshake.hpp"

namespace troupe::net {

namespace {

/// Beast's inflater knows no window of 8 bits; a larger one reads the same bytes.
constexpr std::uint8_t least_window_bits = 9;

websocket_coding coding_of(const protocol::websocket_acceptance& accepted) noexcept {
  const auto& agreed = accepted.compression;
  if (!agreed)
    return {};
  return {true, agreed->server_window_bits,
          std::max(agreed->client_window_bits, least_window_bits)};
}

} // namespace

/// What the head alone allows, as decide() does for other requests.
void http_connection::decide_upgrade() {
  const auto& head = inbound_->parser.head();
  const auto& own = options().websocket;
  auto decision = protocol::decide_websocket(head, options().endpoint,
                                             {own.compression, own.compression_window_bits});
  if (const auto* const why = std::get_if<protocol::refusal>(&decision)) {
    refuse(*why);
    if (why->then == protocol::after_refusal::drain && !closing_) {
      phase_ = phase::skipping;
      skip_left_ = head.content_length.value_or(0);
      deadline_ = now() + options().body_timeout;
    }
    return;
  }
  if (is_draining()) {
    refuse_read(503, protocol::error_code::internal_error,
                "the server is shutting down; try again later", {}, true);
    return;
  }
  const auto& accepted = std::get<protocol::websocket_acceptance>(decision);
  protocol::append_websocket_response(out(), accepted, context_->date());
  response_begun(101);
  coding_ = std::make_unique<websocket_coding>(coding_of(accepted));
  phase_ = phase::upgrading;
}

/// Hands the socket and its slot over, and ends. What came behind the request goes with them.
void http_connection::upgrade(std::string_view received) {
  context_->observer().connection_upgraded(transport_kind::http, transport_kind::websocket);
  const auto handed = std::make_shared<websocket_upgrade>(websocket_upgrade{
      std::move(stream_), out(), std::move(output_), std::string{received}, *coding_});
  out().clear();
  handed_over_ = true;
  phase_ = phase::closed;
  quit();
  spawn_message_connection(context_, transport_kind::websocket, [&](message_port::user& user) {
    return std::make_unique<websocket_port>(context_, user, std::move(*handed));
  });
}

} // namespace troupe::net
