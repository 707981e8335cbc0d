#define CAF_SUITE http_response
#include "troupe/protocol/http_response.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <string_view>

using namespace troupe::protocol;

namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace

CAF_TEST(a_json_response_is_flat_and_complete) {
  std::string out;
  response_fields fields;
  CAF_CHECK(append_json_response(out, fields, "{}"));
  CAF_CHECK_EQUAL(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                       "Content-Length: 2\r\n\r\n{}");
  out = "pipelined";
  fields.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  fields.session_id = "abc_-";
  fields.keep_alive = false;
  CAF_CHECK(append_json_response(out, fields, ""));
  CAF_CHECK_EQUAL(out, "pipelinedHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                       "Content-Length: 0\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                       "Mcp-Session-Id: abc_-\r\nConnection: close\r\n\r\n");
}

CAF_TEST(a_head_alone_is_that_of_the_whole_response) {
  response_fields fields;
  fields.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (const int status : {200, 404}) {
    fields.status = static_cast<std::uint16_t>(status);
    const std::string json(12'345, ' ');
    std::string whole;
    std::string head;
    CAF_CHECK(append_json_response(whole, fields, json));
    CAF_CHECK(append_json_head(head, fields, json.size()));
    CAF_CHECK_EQUAL(head + json, whole);
  }
}

CAF_TEST(other_statuses_have_their_reason) {
  std::string out;
  response_fields fields;
  fields.status = 404;
  CAF_CHECK(append_json_response(out, fields, "{}"));
  CAF_CHECK_EQUAL(out, "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
                       "Content-Length: 2\r\n\r\n{}");
  for (const int status : {200, 202, 204, 400, 401, 403, 404, 405, 406, 408, 409, 411, 413,
                           414, 415, 417, 421, 426, 429, 431, 500, 501, 502, 503, 504, 505})
    CAF_CHECK_NOT_EQUAL(reason_phrase(static_cast<std::uint16_t>(status)), "Unknown");
  CAF_CHECK_EQUAL(reason_phrase(299), "Unknown");
}

CAF_TEST(empty_responses_have_a_length_except_204) {
  std::string out;
  response_fields fields;
  fields.status = 202;
  CAF_CHECK(append_empty_response(out, fields));
  CAF_CHECK_EQUAL(out, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
  out.clear();
  fields.status = 204;
  CAF_CHECK(append_empty_response(out, fields));
  CAF_CHECK_EQUAL(out, "HTTP/1.1 204 No Content\r\n\r\n");
  out.clear();
  fields.status = 503;
  fields.retry_after_s = 7;
  fields.keep_alive = false;
  CAF_CHECK(append_empty_response(out, fields));
  CAF_CHECK_EQUAL(out, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                       "Retry-After: 7\r\nConnection: close\r\n\r\n");
}

CAF_TEST(http_1_0_is_told_that_the_connection_stays) {
  std::string out;
  response_fields fields;
  fields.version = 10;
  CAF_CHECK(append_json_response(out, fields, "{}"));
  CAF_CHECK(contains(out, "\r\nConnection: keep-alive\r\n"));
}

CAF_TEST(a_head_request_gets_no_body) {
  std::string out;
  response_fields fields;
  fields.head_only = true;
  CAF_CHECK(append_json_response(out, fields, "{}"));
  fields.status = 405;
  CAF_CHECK(append_json_response(out, fields, "{}"));
  CAF_CHECK(contains(out, "Content-Length: 2\r\n"));
  CAF_CHECK(!contains(out, "{}"));
}

CAF_TEST(a_stream_is_chunked_on_1_1_and_ends_by_closing_on_1_0) {
  std::string out;
  response_fields fields;
  CAF_CHECK(append_stream_head(out, fields));
  CAF_CHECK_EQUAL(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                       "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n");
  out.clear();
  fields.version = 10;
  fields.session_id = "s";
  CAF_CHECK(append_stream_head(out, fields));
  CAF_CHECK_EQUAL(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                       "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n"
                       "Mcp-Session-Id: s\r\nConnection: close\r\n\r\n");
}

// Beast 1.81 lets CR and LF into a header value that is set; that is how responses are split.
CAF_TEST(no_text_can_split_a_response) {
  const std::string_view evil = "x\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.1 200 OK";
  std::string out = "kept";
  for (const std::string bad :
       {"a\rb", "a\nb", "a\r\nb", "\n", "a\x01", "a\x7f", "a\x80", "\xC3\xA4", "a\x1b"})
    CAF_CHECK(!append_header(out, "Name", bad));
  CAF_CHECK(!append_header(out, "Name", std::string_view{"a\0b", 3}));
  for (const std::string bad : {"", "a b", "a:", "a\r", "a\n", "\xC3\xA4", "a\t"})
    CAF_CHECK(!append_header(out, bad, "value"));
  CAF_CHECK_EQUAL(out, "kept");
  CAF_CHECK(append_header(out, "Name", "a b\tc ~!"));
  CAF_CHECK_EQUAL(out, "keptName: a b\tc ~!\r\n");

  for (auto member : {&response_fields::date, &response_fields::session_id,
                      &response_fields::cors_origin, &response_fields::allow}) {
    response_fields fields;
    fields.*member = evil;
    std::string json;
    CAF_CHECK(!append_json_response(json, fields, "{}"));
    CAF_CHECK_EQUAL(json, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                          "Content-Length: 2\r\n\r\n{}");
    std::string stream;
    CAF_CHECK(!append_stream_head(stream, fields));
    CAF_CHECK(!contains(stream, "Set-Cookie"));
    CAF_CHECK(!begin_json_response(stream, fields).complete);
  }
  std::string preflight;
  response_fields fields;
  fields.cors_origin = "http://x";
  CAF_CHECK(!append_preflight_response(preflight, fields, evil));
  CAF_CHECK(!append_response(preflight, fields, evil, "body"));
  CAF_CHECK(!contains(preflight, "Set-Cookie"));
}

CAF_TEST(cors_headers_expose_the_session_id) {
  std::string out;
  response_fields fields;
  fields.cors_origin = "https://app.example";
  CAF_CHECK(append_json_response(out, fields, "{}"));
  CAF_CHECK(contains(out, "\r\nAccess-Control-Allow-Origin: https://app.example\r\n"
                          "Access-Control-Expose-Headers: Mcp-Session-Id\r\nVary: Origin\r\n"));
}

CAF_TEST(a_preflight_grants_what_was_asked_for) {
  std::string out;
  response_fields fields;
  fields.cors_origin = "https://app.example";
  fields.allow = "GET, POST, DELETE, OPTIONS";
  CAF_CHECK(append_preflight_response(out, fields, "content-type,mcp-param-region"));
  CAF_CHECK(out.starts_with("HTTP/1.1 204 No Content\r\n"));
  CAF_CHECK(contains(out, "Access-Control-Allow-Origin: https://app.example\r\n"));
  CAF_CHECK(contains(out, "Access-Control-Allow-Methods: GET, POST, DELETE\r\n"));
  CAF_CHECK(contains(out, "Access-Control-Allow-Headers: content-type,mcp-param-region\r\n"));
  CAF_CHECK(!contains(out, "Content-Length"));
  CAF_CHECK(out.ends_with("\r\n\r\n"));
  out.clear();
  CAF_CHECK(append_preflight_response(out, fields, ""));
  CAF_CHECK(contains(out, "Access-Control-Allow-Headers: Accept, Authorization, Content-Type"));
  out.clear();
  fields.cors_origin = "";
  CAF_CHECK(append_preflight_response(out, fields, "x"));
  CAF_CHECK(!contains(out, "Access-Control"));
  CAF_CHECK(contains(out, "Allow: GET, POST, DELETE, OPTIONS\r\n"));
}

CAF_TEST(a_refusal_brings_status_allow_and_closing) {
  refusal why;
  why.status = 405;
  why.allow = "GET, POST, DELETE";
  why.then = after_refusal::drain;
  response_fields fields;
  std::string out;
  CAF_CHECK(append_refusal_response(out, why, fields, "{\"error\":1}"));
  CAF_CHECK_EQUAL(out, "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: application/json\r\n"
                       "Content-Length: 11\r\nAllow: GET, POST, DELETE\r\n\r\n{\"error\":1}");
  out.clear();
  why.then = after_refusal::close;
  CAF_CHECK(append_refusal_response(out, why, fields, "{}"));
  CAF_CHECK(contains(out, "Connection: close\r\n"));
  out.clear();
  why.then = after_refusal::keep_alive;
  fields.keep_alive = false; // the server drains
  CAF_CHECK(append_refusal_response(out, why, fields, "{}"));
  CAF_CHECK(contains(out, "Connection: close\r\n"));
}

CAF_TEST(a_body_can_be_written_behind_its_head) {
  for (const std::size_t size : {0u, 1u, 9u, 10u, 99'999u}) {
    const std::string body(size, 'x');
    response_fields fields;
    std::string out = "before";
    const auto mark = begin_json_response(out, fields);
    CAF_CHECK(mark.complete);
    out += body;
    finish_json_response(out, mark);
    const auto length = std::to_string(size);
    std::string whole =
        "beforeHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    whole.append(12 - length.size(), ' ');
    whole += length;
    whole += "\r\n\r\n";
    whole += body;
    CAF_CHECK_EQUAL(out, whole);
  }
  std::string out;
  response_fields fields;
  fields.status = 400;
  finish_json_response(out, begin_json_response(out, fields));
  CAF_CHECK(out.starts_with("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"));
}
