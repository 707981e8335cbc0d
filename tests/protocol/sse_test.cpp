#define CAF_SUITE sse
#include "troupe/protocol/sse.hpp"

#include "troupe/protocol/chunk_gate.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <string_view>

using namespace troupe::protocol;

namespace {

constexpr auto chunked = sse_framing::chunked;
constexpr auto plain = sse_framing::plain;

/// What a strict reader of the chunked coding makes of the bytes.
std::string unchunked(std::string_view bytes) {
  chunk_gate gate;
  std::string body;
  while (!bytes.empty()) {
    const auto step = gate.next(bytes);
    CAF_REQUIRE(step.state != chunk_state::rejected);
    body += step.data;
    bytes.remove_prefix(step.consumed);
    if (step.state == chunk_state::complete)
      return body + "[end]" + std::string{bytes};
  }
  return body;
}

std::string event(sse_framing framing, std::optional<event_id> id, std::string_view json,
                  std::string_view name = {}) {
  std::string out;
  append_sse_event(out, framing, id, json, name);
  return out;
}

} // namespace

CAF_TEST(an_event_has_its_fields_on_lines_of_their_own) {
  CAF_CHECK_EQUAL(event(plain, event_id{3, 7}, "{}"), "id: 3-7\ndata: {}\n\n");
  CAF_CHECK_EQUAL(event(plain, std::nullopt, "{}"), "data: {}\n\n");
  CAF_CHECK_EQUAL(event(plain, std::nullopt, "/messages?sessionId=1", "endpoint"),
                  "event: endpoint\ndata: /messages?sessionId=1\n\n");
  CAF_CHECK_EQUAL(event(chunked, event_id{3, 7}, "{}"), "12\r\nid: 3-7\ndata: {}\n\n\r\n");
}

CAF_TEST(line_breaks_cannot_start_another_field) {
  CAF_CHECK_EQUAL(event(plain, std::nullopt, "{\"a\":\n1,\r\n\"b\":2}", "x\nid: 1"),
                  "event: x id: 1\ndata: {\"a\": 1,  \"b\":2}\n\n");
}

CAF_TEST(every_frame_is_one_valid_chunk) {
  for (const std::size_t size : {0u, 1u, 15u, 16u, 255u, 4'096u, 70'000u}) {
    const std::string json(size, 'x');
    for (const auto& id : {std::optional<event_id>{}, std::optional{event_id{0, UINT64_MAX}}}) {
      const auto frame = event(chunked, id, json, size % 2 == 0 ? "" : "name");
      CAF_CHECK_EQUAL(unchunked(frame), event(plain, id, json, size % 2 == 0 ? "" : "name"));
    }
  }
}

CAF_TEST(a_shared_payload_gives_the_same_bytes_as_an_own_event) {
  for (const std::string json : {"", "{\"jsonrpc\":\"2.0\"}", "{\n}"}) {
    const sse_payload payload{json, "note"};
    for (const auto framing : {chunked, plain}) {
      CAF_CHECK_EQUAL(payload.frame(framing), event(framing, std::nullopt, json, "note"));
      std::string out = "before";
      append_sse_prefix(out, framing, {12, 34}, payload);
      CAF_CHECK_LESS_OR_EQUAL(out.size(), 6u + 64u);
      out += payload.tail(framing);
      CAF_CHECK_EQUAL(out, "before" + event(framing, event_id{12, 34}, json, "note"));
    }
  }
}

CAF_TEST(the_priming_event_has_an_id_a_retry_and_empty_data) {
  std::string out;
  append_sse_priming(out, plain, {1, 0}, 1'500);
  CAF_CHECK_EQUAL(out, "id: 1-0\nretry: 1500\ndata:\n\n");
  out.clear();
  append_sse_priming(out, chunked, {1, 0}, 1'500);
  CAF_CHECK_EQUAL(unchunked(out), "id: 1-0\nretry: 1500\ndata:\n\n");
}

CAF_TEST(retry_alone_keep_alive_and_end) {
  std::string out;
  append_sse_retry(out, plain, 0);
  CAF_CHECK_EQUAL(out, "retry: 0\n\n");
  out.clear();
  append_sse_retry(out, chunked, 4'294'967'295);
  out += sse_keep_alive(chunked);
  out += sse_end(chunked);
  CAF_CHECK_EQUAL(unchunked(out), "retry: 4294967295\n\n:\n\n[end]");
  CAF_CHECK_EQUAL(sse_keep_alive(plain), ":\n\n");
  CAF_CHECK_EQUAL(sse_end(plain), "");
}

CAF_TEST(the_framing_follows_the_http_version) {
  CAF_CHECK(sse_framing_for(11) == chunked);
  CAF_CHECK(sse_framing_for(10) == plain);
}
