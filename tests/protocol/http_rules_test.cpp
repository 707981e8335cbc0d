#define CAF_SUITE http_rules
#include "troupe/protocol/http_rules.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <string_view>
#include <utility>

using namespace troupe::protocol;

namespace {

struct request {
  std::string method = "POST";
  std::string target = "/mcp";
  std::string host = "localhost:8000";
  std::string fields = "Content-Type: application/json\r\n"
                       "Accept: application/json, text/event-stream\r\n"
                       "Content-Length: 2\r\n";
  std::string version = "HTTP/1.1";
};

endpoint_rules default_rules() {
  endpoint_rules rules;
  rules.max_body_bytes = 1'024;
  rules.max_drain_bytes = 16'384;
  return rules;
}

endpoint_rules cors_rules() {
  auto rules = default_rules();
  auto hosts = host_rules::compile({{"localhost"}, {"https://app.example"}, false});
  CAF_REQUIRE(std::holds_alternative<host_rules>(hosts));
  rules.hosts = std::get<host_rules>(std::move(hosts));
  return rules;
}

class fixture {
public:
  std::variant<admitted, refusal> decide(const request& request, const endpoint_rules& rules) {
    bytes_ = request.method + ' ' + request.target + ' ' + request.version +
             "\r\nHost: " + request.host + "\r\n" + request.fields + "\r\n";
    gate_.reset();
    const auto result = gate_.check(bytes_);
    CAF_REQUIRE_EQUAL(result.reason, "");
    return decide_request(gate_.head(), rules);
  }

  admitted admit(const request& request, const endpoint_rules& rules = default_rules()) {
    const auto decision = decide(request, rules);
    if (const auto* why = std::get_if<refusal>(&decision))
      CAF_FAIL("refused: " << why->message);
    return std::get<admitted>(decision);
  }

  refusal refuse(const request& request, const endpoint_rules& rules = default_rules()) {
    const auto decision = decide(request, rules);
    CAF_REQUIRE(std::holds_alternative<refusal>(decision));
    const auto& result = std::get<refusal>(decision);
    CAF_CHECK_EQUAL(result.rpc_code, -32'600);
    CAF_CHECK(!result.message.empty());
    return result;
  }

  int status(const request& request, const endpoint_rules& rules = default_rules()) {
    return refuse(request, rules).status;
  }

  const http_head& head() const { return gate_.head(); }

private:
  std::string bytes_;
  head_gate gate_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(http_rules_tests, fixture)

CAF_TEST(a_post_is_admitted_with_what_its_head_says) {
  request post;
  post.target = "/mcp?x";
  post.fields +=
      "Mcp-Session-Id: s1\r\nMCP-Protocol-Version: 2025-11-25\r\nExpect: 100-continue\r\n";
  const auto result = admit(post);
  CAF_CHECK(result.operation == mcp_operation::post_message);
  CAF_CHECK(result.accepts == accept_set({true, true}));
  CAF_CHECK(result.session_id == "s1");
  CAF_CHECK(result.protocol_version == "2025-11-25");
  CAF_CHECK(!result.last_event_id);
  CAF_CHECK(result.expect_continue);
  CAF_CHECK_EQUAL(result.cors_origin, "");
}

CAF_TEST(get_opens_a_stream_and_delete_ends_the_session) {
  const auto stream =
      admit({"GET", "/mcp", "localhost", "Accept: text/event-stream\r\nLast-Event-ID: 3-7\r\n"});
  CAF_CHECK(stream.operation == mcp_operation::open_stream);
  CAF_CHECK(stream.last_event_id == "3-7");
  CAF_CHECK(!stream.session_id);
  CAF_CHECK(!stream.protocol_version);
  const auto end = admit({"DELETE", "/mcp", "localhost", "Mcp-Session-Id: s1\r\n"});
  CAF_CHECK(end.operation == mcp_operation::end_session);
  CAF_CHECK(end.session_id == "s1");
}

CAF_TEST(an_unknown_path_is_404_before_everything_else) {
  for (const auto* target :
       {"/", "/mcp/", "/MCP", "/%6dcp", "//mcp", "/mcp/../mcp", "/mc", "/mcpx"})
    CAF_CHECK_EQUAL(status({"PUT", target, "evil.example.com", ""}), 404);
  CAF_CHECK_NOT_EQUAL(refuse({"GET", "/", "localhost", ""}).message.find("/mcp"),
                      std::string::npos);
}

CAF_TEST(a_foreign_host_or_origin_is_403_before_the_method) {
  CAF_CHECK_EQUAL(status({"PUT", "/mcp", "evil.example.com", ""}), 403);
  CAF_CHECK_EQUAL(status({"PUT", "/mcp", "localhost", "Origin: http://evil.example.com\r\n"}), 403);
  CAF_CHECK_EQUAL(status({"PUT", "/mcp", "localhost", "Origin: null\r\n"}), 403);
  CAF_CHECK_EQUAL(status({"PUT", "http://evil.example.com/mcp", "localhost", ""}), 403);
  request post;
  post.fields += "Origin: http://localhost:6274\r\n";
  admit(post);
}

CAF_TEST(other_methods_are_405_with_allow) {
  for (const auto* method : {"PUT", "HEAD", "PATCH", "OPTIONS", "post", "TRACE"}) {
    const auto result = refuse({method, "/mcp", "localhost", ""});
    CAF_CHECK_EQUAL(result.status, 405);
    CAF_CHECK_EQUAL(result.allow, "GET, POST, DELETE");
  }
  CAF_CHECK_EQUAL(refuse({"PUT", "/mcp", "localhost", ""}, cors_rules()).allow,
                  "GET, POST, DELETE, OPTIONS");
  CAF_CHECK_EQUAL(refuse({"PUT", "/", "localhost", ""}).allow, "");
}

CAF_TEST(a_post_that_is_not_json_is_415) {
  for (const auto* fields : {"", "Content-Type: text/plain\r\nAccept: text/html\r\n",
                             "Content-Type: application/json; charset=latin1\r\n"})
    CAF_CHECK_EQUAL(status({"POST", "/mcp", "localhost", fields}), 415);
}

CAF_TEST(an_accept_without_json_and_event_streams_is_406) {
  const std::string type = "Content-Type: application/json\r\n";
  CAF_CHECK_EQUAL(status({"POST", "/mcp", "localhost", type + "Accept: text/html\r\n"}), 406);
  CAF_CHECK_EQUAL(status({"POST", "/mcp", "localhost",
                          type + "Accept: application/json;q=0, text/event-stream;q=0\r\n"}),
                  406);
  CAF_CHECK(admit({"POST", "/mcp", "localhost", type}).accepts == accept_set({true, true}));
  CAF_CHECK(admit({"POST", "/mcp", "localhost", type + "Accept: application/json\r\n"}).accepts ==
            accept_set({true, false}));
  CAF_CHECK_EQUAL(status({"GET", "/mcp", "localhost", "Accept: application/json\r\n"}), 406);
  admit({"GET", "/mcp", "localhost", ""});
  admit({"DELETE", "/mcp", "localhost", "Accept: text/html\r\n"});
}

CAF_TEST(a_body_over_the_limit_is_413_and_says_the_limit) {
  request post;
  post.fields = "Content-Type: application/json\r\nContent-Length: 1024\r\n";
  admit(post);
  post.fields = "Content-Type: application/json\r\nContent-Length: 1025\r\n";
  const auto result = refuse(post);
  CAF_CHECK_EQUAL(result.status, 413);
  CAF_CHECK_NOT_EQUAL(result.message.find("1024"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(result.message.find("1025"), std::string::npos);
  CAF_CHECK_EQUAL(status({"DELETE", "/mcp", "localhost", "Content-Length: 1025\r\n"}), 413);
}

CAF_TEST(a_get_takes_no_body) {
  CAF_CHECK_EQUAL(status({"GET", "/mcp", "localhost", "Content-Length: 1\r\n"}), 400);
  CAF_CHECK_EQUAL(status({"GET", "/mcp", "localhost", "Transfer-Encoding: chunked\r\n"}), 400);
  admit({"GET", "/mcp", "localhost", "Content-Length: 0\r\n"});
}

CAF_TEST(after_a_refusal_a_small_body_is_drained_and_the_rest_closes) {
  const auto then = [this](std::string fields, std::string version = "HTTP/1.1") {
    return refuse({"PUT", "/mcp", "localhost", std::move(fields), std::move(version)}).then;
  };
  CAF_CHECK(then("") == after_refusal::keep_alive);
  CAF_CHECK(then("Content-Length: 0\r\n") == after_refusal::keep_alive);
  CAF_CHECK(then("Content-Length: 10000\r\n") == after_refusal::drain);
  CAF_CHECK(then("Content-Length: 16384\r\n") == after_refusal::drain);
  CAF_CHECK(then("Content-Length: 16385\r\n") == after_refusal::close);
  CAF_CHECK(then("Content-Length: 10\r\nExpect: 100-continue\r\n") == after_refusal::close);
  CAF_CHECK(then("Transfer-Encoding: chunked\r\n") == after_refusal::close);
  CAF_CHECK(then("Connection: close\r\n") == after_refusal::close);
  CAF_CHECK(then("", "HTTP/1.0") == after_refusal::close);
  CAF_CHECK(then("Connection: keep-alive\r\n", "HTTP/1.0") == after_refusal::keep_alive);
}

CAF_TEST(a_later_refusal_knows_that_the_body_was_read) {
  request post;
  post.fields = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
  admit(post);
  const auto late = refuse_request(head(), default_rules(), 404, -32'001, "no such session", true);
  CAF_CHECK_EQUAL(late.status, 404);
  CAF_CHECK_EQUAL(late.rpc_code, -32'001);
  CAF_CHECK_EQUAL(late.message, "no such session");
  CAF_CHECK(late.then == after_refusal::keep_alive);
  CAF_CHECK(refuse_request(head(), default_rules(), 404, -32'001, "", false).then ==
            after_refusal::close);
}

CAF_TEST(a_rejected_head_closes_the_connection) {
  head_gate gate;
  const auto result = refuse_rejected_head(gate.check("GET / HTTP/3.0\r\n"));
  CAF_CHECK_EQUAL(result.status, 505);
  CAF_CHECK_EQUAL(result.rpc_code, -32'600);
  CAF_CHECK(!result.message.empty());
  CAF_CHECK(result.then == after_refusal::close);
}

CAF_TEST(a_bad_header_that_repeats_the_body_is_a_header_mismatch) {
  const auto code_for = [](std::string_view fields) {
    head_gate gate;
    const auto result = refuse_rejected_head(
        gate.check("POST /mcp HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n"));
    CAF_CHECK_EQUAL(result.status, 400);
    return result.rpc_code;
  };
  for (const std::string name :
       {"MCP-Protocol-Version", "mcp-method", "Mcp-Name", "Mcp-Param-Region"}) {
    const auto field = name + ": a\r\n";
    CAF_CHECK_EQUAL(code_for(field + field), -32'020);
    CAF_CHECK_EQUAL(code_for(name + ": a\x01\r\n"), -32'020);
  }
  CAF_CHECK_EQUAL(code_for("Mcp-Session-Id: a\r\nMcp-Session-Id: a\r\n"), -32'600);
  CAF_CHECK_EQUAL(code_for("Host: b\r\n"), -32'600);
  CAF_CHECK_EQUAL(code_for("X-Other: a\x01\r\n"), -32'600);
}

CAF_TEST(a_page_of_a_configured_origin_gets_cors) {
  const std::string origin = "Origin: https://app.example\r\n";
  const auto preflight =
      admit({"OPTIONS", "/mcp", "localhost", origin + "Access-Control-Request-Method: POST\r\n"},
            cors_rules());
  CAF_CHECK(preflight.operation == mcp_operation::preflight);
  CAF_CHECK_EQUAL(preflight.cors_origin, "https://app.example");
  CAF_CHECK_EQUAL(admit({"GET", "/mcp", "localhost", origin}, cors_rules()).cors_origin,
                  "https://app.example");
  CAF_CHECK_EQUAL(refuse({"PUT", "/mcp", "localhost", origin}, cors_rules()).cors_origin,
                  "https://app.example");
  CAF_CHECK_EQUAL(
      refuse({"OPTIONS", "/mcp", "localhost", "Origin: https://other.example\r\n"}, cors_rules())
          .status,
      403);
}

CAF_TEST(http_sse_has_paths_of_its_own) {
  const auto stream =
      admit({.method = "GET", .target = "/sse", .fields = "Accept: text/event-stream\r\n"});
  CAF_CHECK(stream.operation == mcp_operation::open_sse);
  const auto post = admit({.target = "/messages?a=b&sessionId=abc&c"});
  CAF_CHECK(post.operation == mcp_operation::post_to_sse);
  CAF_CHECK_EQUAL(post.session_id.value_or(""), "abc");
  CAF_CHECK(!admit({.target = "/messages?xsessionId=abc"}).session_id);
  CAF_CHECK_EQUAL(admit({.target = "/messages?sessionId="}).session_id.value_or("?"), "");
  // The query of Streamable HTTP names no session.
  CAF_CHECK(!admit({.target = "/mcp?sessionId=abc"}).session_id);
}

CAF_TEST(http_sse_checks_host_and_type_and_method_as_everywhere) {
  CAF_CHECK_EQUAL(refuse({.target = "/messages", .host = "evil.example"}).status, 403);
  CAF_CHECK_EQUAL(refuse({.method = "GET", .target = "/sse", .host = "evil.example"}).status, 403);
  CAF_CHECK_EQUAL(refuse({.target = "/messages", .fields = "Content-Length: 2\r\n"}).status, 415);
  CAF_CHECK_EQUAL(
      refuse({.method = "GET", .target = "/sse", .fields = "Accept: text/html\r\n"}).status, 406);
  const auto wrong = refuse({.method = "DELETE", .target = "/sse", .fields = ""});
  CAF_CHECK_EQUAL(wrong.status, 405);
  CAF_CHECK_EQUAL(wrong.allow, "GET");
  CAF_CHECK_EQUAL(
      refuse({.method = "PUT", .target = "/messages", .fields = ""}, cors_rules()).allow,
      "POST, OPTIONS");
  auto off = default_rules();
  off.serves_sse = false;
  CAF_CHECK_EQUAL(refuse({.method = "GET", .target = "/sse"}, off).status, 404);
  CAF_CHECK_EQUAL(refuse({.target = "/messages"}, off).status, 404);
}

CAF_TEST_FIXTURE_SCOPE_END()
