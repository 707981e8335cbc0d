#define CAF_SUITE http_head
#include "troupe/protocol/http_head.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace troupe::protocol;

namespace {

const std::vector<std::pair<std::string, known_header>> names = {
    {"Accept", known_header::accept},
    {"Access-Control-Request-Headers", known_header::access_control_request_headers},
    {"Access-Control-Request-Method", known_header::access_control_request_method},
    {"Authorization", known_header::authorization},
    {"baggage", known_header::baggage},
    {"Connection", known_header::connection},
    {"Content-Length", known_header::content_length},
    {"Content-Type", known_header::content_type},
    {"Expect", known_header::expect},
    {"Host", known_header::host},
    {"Last-Event-ID", known_header::last_event_id},
    {"Mcp-Method", known_header::mcp_method},
    {"Mcp-Name", known_header::mcp_name},
    {"MCP-Protocol-Version", known_header::mcp_protocol_version},
    {"Mcp-Session-Id", known_header::mcp_session_id},
    {"Origin", known_header::origin},
    {"Sec-WebSocket-Extensions", known_header::sec_websocket_extensions},
    {"sec-websocket-key", known_header::sec_websocket_key},
    {"Sec-WebSocket-Protocol", known_header::sec_websocket_protocol},
    {"SEC-WEBSOCKET-VERSION", known_header::sec_websocket_version},
    {"traceparent", known_header::traceparent},
    {"tracestate", known_header::tracestate},
    {"Transfer-Encoding", known_header::transfer_encoding},
    {"Upgrade", known_header::upgrade},
    {"User-Agent", known_header::user_agent},
};

std::string in_case(std::string text, char first, char last, int shift) {
  std::transform(text.begin(), text.end(), text.begin(), [=](char byte) {
    return byte >= first && byte <= last ? static_cast<char>(byte + shift) : byte;
  });
  return text;
}

} // namespace

CAF_TEST(every_known_header_is_found_in_any_case) {
  CAF_CHECK_EQUAL(names.size(), known_header_count);
  for (const auto& [name, header] : names) {
    CAF_CHECK(find_known_header(name) == header);
    CAF_CHECK(find_known_header(in_case(name, 'A', 'Z', 'a' - 'A')) == header);
    CAF_CHECK(find_known_header(in_case(name, 'a', 'z', 'A' - 'a')) == header);
  }
}

CAF_TEST(a_name_that_differs_in_one_byte_is_not_found) {
  for (const auto& [name, header] : names) {
    for (std::size_t i = 0; i < name.size(); ++i) {
      auto other = name;
      // 0x20 apart from each other: letters differ in case only, other bytes must not be folded.
      other[i] = static_cast<char>(other[i] ^ (other[i] == '-' ? 0x20 : 0x01));
      CAF_CHECK(find_known_header(other) != header);
    }
    CAF_CHECK(!find_known_header(name + "x"));
    CAF_CHECK(!find_known_header(name.substr(1)));
  }
  CAF_CHECK(!find_known_header(""));
}

CAF_TEST(methods_are_case_sensitive) {
  CAF_CHECK(find_http_method("GET") == http_method::get);
  CAF_CHECK(find_http_method("POST") == http_method::post);
  CAF_CHECK(find_http_method("DELETE") == http_method::delete_);
  CAF_CHECK(find_http_method("OPTIONS") == http_method::options);
  CAF_CHECK(find_http_method("HEAD") == http_method::head);
  for (const auto* other : {"get", "PUT", "PATCH", "TRACE", "DELETF", "OPTIONZ", ""})
    CAF_CHECK(find_http_method(other) == http_method::other);
}
