#include "troupe/protocol/websocket_handshake.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <openssl/evp.h>

#include "troupe/protocol/ascii.hpp"
#include "troupe/protocol/base64.hpp"

namespace troupe::protocol {

namespace {

constexpr std::size_t key_bytes = 16;
constexpr std::uint8_t least_window_bits = 8;
constexpr std::uint8_t most_window_bits = 15;
/// zlib and what descends from it cannot make a stream for a window of 8 bits.
constexpr std::uint8_t least_deflate_bits = 9;

bool offers_subprotocol(std::string_view value) noexcept {
  while (!value.empty())
    if (ascii::next_part(value, ',') == websocket_subprotocol) // case-sensitive, RFC 6455 §4.1
      return true;
  return false;
}

std::optional<std::uint8_t> read_window_bits(std::string_view value) noexcept {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  std::uint8_t bits = 0;
  const auto end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, bits);
  if (error != std::errc{} || stop != end || value.front() == '0' || bits < least_window_bits ||
      bits > most_window_bits)
    return std::nullopt;
  return bits;
}

/// One offer, RFC 7692 §7.1. An unknown or repeated parameter, or a bad value, declines it.
class offer_reader {
public:
  explicit offer_reader(const websocket_rules& rules) noexcept
      : most_(std::clamp(rules.max_window_bits, least_deflate_bits, most_window_bits)) {}

  std::optional<websocket_compression> read(std::string_view offer) noexcept {
    if (!ascii::equals_lower(ascii::next_part(offer, ';'), "permessage-deflate"))
      return std::nullopt;
    while (!offer.empty())
      if (!take(ascii::next_part(offer, ';')))
        return std::nullopt;
    // What the client did not name, it need not understand: its own window stays as large as it is.
    agreed_.server_window_bits = std::min(most_, server_bits_);
    agreed_.client_window_bits =
        agreed_.client_window_agreed ? std::min(most_, client_bits_) : most_window_bits;
    if (agreed_.server_window_bits < least_deflate_bits)
      return std::nullopt;
    return agreed_;
  }

private:
  bool take(std::string_view parameter) noexcept {
    const auto equals = parameter.find('=');
    const auto name = ascii::trim(parameter.substr(0, equals));
    const bool has_value = equals != std::string_view::npos;
    const auto value = has_value ? ascii::trim(parameter.substr(equals + 1)) : std::string_view{};
    if (ascii::equals_lower(name, "server_no_context_takeover"))
      return !has_value && !std::exchange(server_takeover_, true);
    if (ascii::equals_lower(name, "client_no_context_takeover"))
      return !has_value && !std::exchange(client_takeover_, true);
    if (ascii::equals_lower(name, "server_max_window_bits"))
      return has_value && !std::exchange(server_named_, true) && take_bits(server_bits_, value);
    if (ascii::equals_lower(name, "client_max_window_bits"))
      return !std::exchange(agreed_.client_window_agreed, true) &&
             (!has_value || take_bits(client_bits_, value));
    return false;
  }

  static bool take_bits(std::uint8_t& into, std::string_view value) noexcept {
    const auto bits = value.empty() ? std::nullopt : read_window_bits(value);
    if (bits)
      into = *bits;
    return bits.has_value();
  }

  std::uint8_t most_;
  std::uint8_t server_bits_ = most_window_bits;
  std::uint8_t client_bits_ = most_window_bits;
  bool server_named_ = false;
  bool server_takeover_ = false;
  bool client_takeover_ = false;
  websocket_compression agreed_;
};

} // namespace

std::optional<websocket_compression> negotiate_compression(std::string_view offers,
                                                           const websocket_rules& rules) {
  if (!rules.compression)
    return std::nullopt;
  while (!offers.empty())
    if (const auto agreed = offer_reader{rules}.read(ascii::next_part(offers, ',')))
      return agreed;
  return std::nullopt;
}

std::string websocket_accept_key(std::string_view key) {
  std::string text{key};
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
             EVP_sha1(), nullptr);
  return to_base64({digest.data(), size});
}

std::variant<websocket_acceptance, refusal> decide_websocket(const http_head& head,
                                                             const endpoint_rules& endpoint,
                                                             const websocket_rules& rules) {
  const auto refuse = [&](std::uint16_t status, std::string message) {
    return refuse_request(head, endpoint, status, -32600, std::move(message), false);
  };
  if (head.path() != endpoint.path)
    return refuse(404, "there is no WebSocket at this path; the MCP endpoint is " + endpoint.path);
  if (auto refused = check_hosts(head, endpoint))
    return *std::move(refused);
  if (head.has_body())
    return refuse(400, "a request that becomes a WebSocket takes no body");
  if (head.text(known_header::sec_websocket_version) != "13")
    return refuse(426, "this server speaks version 13 of the WebSocket protocol; send "
                       "Sec-WebSocket-Version: 13");
  const auto key = head.text(known_header::sec_websocket_key);
  const auto nonce = from_base64(key);
  if (!nonce || nonce->size() != key_bytes)
    return refuse(400, "Sec-WebSocket-Key must be 16 bytes in Base64");
  const auto subprotocols = head.find(known_header::sec_websocket_protocol);
  if (subprotocols && !offers_subprotocol(*subprotocols))
    return refuse(400, "none of the subprotocols offered is spoken here; send "
                       "Sec-WebSocket-Protocol: mcp, or leave it out");
  return websocket_acceptance{
      websocket_accept_key(key), subprotocols.has_value(),
      negotiate_compression(head.text(known_header::sec_websocket_extensions), rules)};
}

void append_websocket_response(std::string& out, const websocket_acceptance& accepted,
                               std::string_view date) {
  out += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  append_header(out, "Sec-WebSocket-Accept", accepted.accept_key);
  if (accepted.subprotocol)
    append_header(out, "Sec-WebSocket-Protocol", websocket_subprotocol);
  if (const auto& agreed = accepted.compression) {
    std::string value =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    value += "; server_max_window_bits=" + std::to_string(agreed->server_window_bits);
    if (agreed->client_window_agreed)
      value += "; client_max_window_bits=" + std::to_string(agreed->client_window_bits);
    append_header(out, "Sec-WebSocket-Extensions", value);
  }
  if (!date.empty())
    append_header(out, "Date", date);
  out += "\r\n";
}

} // namespace troupe::protocol
