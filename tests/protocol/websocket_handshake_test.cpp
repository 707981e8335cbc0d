#define CAF_SUITE websocket_handshake
#include "troupe/protocol/websocket_handshake.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <string_view>
#include <variant>

using namespace troupe::protocol;

namespace {

constexpr std::string_view key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
constexpr std::string_view version = "Sec-WebSocket-Version: 13\r\n";

std::string request(std::string_view more, std::string_view target = "/mcp",
                    std::string_view host = "localhost") {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: " + std::string{host} +
         "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" + std::string{more} +
         "\r\n";
}

std::string good(std::string_view more = {}) {
  return request(std::string{key} + std::string{version} + std::string{more});
}

std::variant<websocket_acceptance, refusal> decide(const std::string& bytes,
                                                   const websocket_rules& rules = {}) {
  head_gate gate;
  CAF_REQUIRE(gate.check(bytes).state == gate_state::complete);
  CAF_REQUIRE(gate.head().upgrade_websocket);
  return decide_websocket(gate.head(), endpoint_rules{}, rules);
}

/// 101, or the status of the refusal.
int status(const std::string& bytes) {
  const auto decision = decide(bytes);
  const auto* const refused = std::get_if<refusal>(&decision);
  if (refused != nullptr)
    CAF_CHECK(!refused->message.empty());
  return refused != nullptr ? refused->status : 101;
}

std::string answer(const std::string& bytes, const websocket_rules& rules = {}) {
  std::string out;
  append_websocket_response(out, std::get<websocket_acceptance>(decide(bytes, rules)), {});
  return out;
}

/// "server client agreed" window bits, or "none".
std::string agreed(std::string_view offers, std::uint8_t most = 12) {
  const auto result = negotiate_compression(offers, {true, most});
  return result ? std::to_string(result->server_window_bits) + " " +
                      std::to_string(result->client_window_bits) +
                      (result->client_window_agreed ? " named" : "")
                : "none";
}

} // namespace

CAF_TEST(the_example_of_the_standard_is_answered_as_there) {
  CAF_CHECK_EQUAL(websocket_accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CAF_CHECK_EQUAL(answer(good()), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\n"
                                  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

CAF_TEST(path_host_and_origin_come_first) {
  CAF_CHECK_EQUAL(status(request(std::string{key} + std::string{version}, "/other")), 404);
  CAF_CHECK_EQUAL(status(request("", "/mcp", "evil.example")), 403);
  CAF_CHECK_EQUAL(status(good("Origin: http://evil.example\r\n")), 403);
  CAF_CHECK_EQUAL(status(good("Origin: null\r\n")), 403);
  CAF_CHECK_EQUAL(status(good("Origin: http://localhost:3000\r\n")), 101);
}

CAF_TEST(the_version_is_13) {
  for (const std::string_view other :
       {"", "Sec-WebSocket-Version: 8\r\n", "Sec-WebSocket-Version: 13, 8\r\n",
        "Sec-WebSocket-Version:\r\n"})
    CAF_CHECK_EQUAL(status(request(std::string{key} + std::string{other})), 426);
  std::string out;
  append_refusal_response(out, std::get<refusal>(decide(request(key))), {}, "{}");
  CAF_CHECK(out.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos);
  CAF_CHECK(out.find("\r\nUpgrade: websocket\r\n") != std::string::npos);
  CAF_CHECK(out.find("\r\nConnection: Upgrade\r\n") != std::string::npos);
}

CAF_TEST(the_key_is_16_bytes) {
  for (const std::string_view other :
       {"", "Sec-WebSocket-Key:\r\n", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n",
        "Sec-WebSocket-Key: AAAA\r\n", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAAA\r\n",
        "Sec-WebSocket-Key: !GhlIHNhbXBsZSBub25jZQ==\r\n"})
    CAF_CHECK_EQUAL(status(request(std::string{version} + std::string{other})), 400);
}

CAF_TEST(the_subprotocol_is_mcp_or_none) {
  CAF_CHECK(
      answer(good("Sec-WebSocket-Protocol: mcp\r\n")).find("Sec-WebSocket-Protocol: mcp\r\n") !=
      std::string::npos);
  CAF_CHECK_EQUAL(status(good("Sec-WebSocket-Protocol: chat, mcp\r\n")), 101);
  for (const std::string_view other : {"chat", "MCP", "mcp2", "", "chat, superchat"})
    CAF_CHECK_EQUAL(status(good("Sec-WebSocket-Protocol: " + std::string{other} + "\r\n")), 400);
}

CAF_TEST(there_is_no_body) {
  CAF_CHECK_EQUAL(status(good("Content-Length: 2\r\n")), 400);
  CAF_CHECK_EQUAL(status(good("Transfer-Encoding: chunked\r\n")), 400);
}

CAF_TEST(compression_is_agreed_on_only_where_it_is_allowed) {
  const auto offer =
      good("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
  CAF_CHECK(answer(offer).find("Extensions") == std::string::npos);
  CAF_CHECK(answer(offer, {true, 12})
                .find("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                      "client_no_context_takeover; server_max_window_bits=12; "
                      "client_max_window_bits=12\r\n") != std::string::npos);
}

CAF_TEST(window_bits_are_the_smallest_that_anybody_wants) {
  CAF_CHECK_EQUAL(agreed("permessage-deflate"), "12 15");
  CAF_CHECK_EQUAL(agreed("Permessage-Deflate; client_max_window_bits"), "12 12 named");
  CAF_CHECK_EQUAL(agreed("permessage-deflate; client_max_window_bits=10"), "12 10 named");
  CAF_CHECK_EQUAL(agreed("permessage-deflate; client_max_window_bits=\"8\""), "12 8 named");
  CAF_CHECK_EQUAL(agreed("permessage-deflate; server_max_window_bits=9;server_no_context_takeover"),
                  "9 15");
  CAF_CHECK_EQUAL(agreed("x-webkit-deflate-frame, permessage-deflate"), "12 15");
}

CAF_TEST(an_offer_that_cannot_be_met_is_passed_over) {
  for (const std::string_view offer :
       {"", "deflate", "permessage-deflate; unknown", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; client_max_window_bits; client_max_window_bits=9"})
    CAF_CHECK_EQUAL(agreed(offer) + " " + std::string{offer}, "none " + std::string{offer});
  CAF_CHECK_EQUAL(agreed("permessage-deflate; server_max_window_bits=8, permessage-deflate"),
                  "12 15");
}
