#define CAF_SUITE media_type
#include "troupe/protocol/media_type.hpp"

#include "troupe/protocol/http_gate.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <string_view>

using namespace troupe::protocol;

namespace {

constexpr std::string_view json = "application/json";
constexpr std::string_view sse = "text/event-stream";

std::string evaluated(std::initializer_list<std::string> lines) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (const auto& line : lines)
    bytes += "Accept: " + line + "\r\n";
  bytes += "\r\n";
  head_gate gate;
  CAF_REQUIRE(gate.check(bytes).state == gate_state::complete);
  const auto result = evaluate_accept(gate.head());
  return std::string{result.json ? "json " : ""} + (result.sse ? "sse" : "");
}

} // namespace

CAF_TEST(named_types_are_accepted_in_any_case) {
  CAF_CHECK(accepts("application/json", json));
  CAF_CHECK(accepts("Application/JSON", json));
  CAF_CHECK(accepts("text/html, application/json ;charset=utf-8", json));
  CAF_CHECK(!accepts("application/jsonx", json));
  CAF_CHECK(!accepts("application/jso", json));
  CAF_CHECK(!accepts("text/event-stream", json));
}

CAF_TEST(wildcards_are_accepted) {
  CAF_CHECK(accepts("*/*", json));
  CAF_CHECK(accepts("application/*", json));
  CAF_CHECK(!accepts("application/*", sse));
  CAF_CHECK(!accepts("text/*", json));
  CAF_CHECK(!accepts("*", json));
  CAF_CHECK(!accepts("*/json", json));
  CAF_CHECK(!accepts("application/**", json));
}

CAF_TEST(a_quality_of_zero_excludes) {
  for (const std::string zero : {"0", "0.", "0.0", "0.000"})
    CAF_CHECK(!accepts("application/json;q=" + zero, json));
  for (const std::string some : {"1", "1.", "1.000", "0.001", "0.5", "\"0.5\""})
    CAF_CHECK(accepts("application/json;q=" + some, json));
  CAF_CHECK(!accepts("application/json ; Q=0", json));
}

CAF_TEST(the_most_specific_range_decides) {
  CAF_CHECK(!accepts("*/*, application/json;q=0", json));
  CAF_CHECK(!accepts("application/json;q=0, */*", json));
  CAF_CHECK(accepts("application/json;q=0, */*", sse));
  CAF_CHECK(!accepts("application/*;q=0, */*", json));
  CAF_CHECK(accepts("application/*;q=0, application/json;q=0.1", json));
  CAF_CHECK(accepts("application/json;q=0, application/json", json));
  CAF_CHECK(accepts("application/json, application/json;q=0", json));
  CAF_CHECK(accepts("application/json, application/json;profile=x;q=0", json));
}

CAF_TEST(elements_that_cannot_be_read_are_skipped) {
  CAF_CHECK(accepts("application/json;q=x, */*", json));
  CAF_CHECK(!accepts("application/json;q=x", json));
  CAF_CHECK(!accepts("application/json;q=2", json));
  CAF_CHECK(!accepts("application/json;q=1.5", json));
  CAF_CHECK(!accepts("application/json;q", json));
  CAF_CHECK(!accepts("application/json;=1", json));
  CAF_CHECK(accepts(",, application/json ,", json));
}

CAF_TEST(separators_in_quoted_strings_separate_nothing) {
  CAF_CHECK(!accepts(R"(text/html;x="a, application/json")", json));
  CAF_CHECK(accepts(R"(text/html;x="a\", b", application/json)", json));
  CAF_CHECK(!accepts(R"(text/html;x="a\", application/json)", json));
  CAF_CHECK(accepts(R"(application/json;x="a;q=0")", json));
}

CAF_TEST(an_empty_accept_admits_everything) {
  CAF_CHECK(accepts("", json));
  CAF_CHECK(accepts(" , ", sse));
}

CAF_TEST(all_lines_of_a_head_count) {
  CAF_CHECK_EQUAL(evaluated({}), "json sse");
  CAF_CHECK_EQUAL(evaluated({""}), "json sse");
  CAF_CHECK_EQUAL(evaluated({"application/json, text/event-stream"}), "json sse");
  CAF_CHECK_EQUAL(evaluated({"text/event-stream, application/json"}), "json sse");
  CAF_CHECK_EQUAL(evaluated({"application/json", "text/event-stream"}), "json sse");
  CAF_CHECK_EQUAL(evaluated({"application/json"}), "json ");
  CAF_CHECK_EQUAL(evaluated({"text/event-stream"}), "sse");
  CAF_CHECK_EQUAL(evaluated({"*/*", "application/json;q=0"}), "sse");
  CAF_CHECK_EQUAL(evaluated({"text/html"}), "");
}

CAF_TEST(content_types_of_json_in_utf8) {
  for (const std::string good :
       {"application/json", "APPLICATION/json", "application/json; charset=utf-8",
        "application/json;charset=UTF-8", "application/json ; Charset=\"utf-8\"",
        "application/json;", "application/json; profile=x"})
    CAF_CHECK_EQUAL(is_json_content_type(good) ? "" : good, "");
  for (const std::string bad :
       {"", "text/json", "application/json5", "application/x-www-form-urlencoded",
        "application/json, text/html", "application/json; charset=latin1",
        "application/json; charset=utf-8; charset=utf-16", "application/json; charset",
        "application/json; charset=", "application/json; charset=\"utf-8", "application / json",
        "application/json charset=utf-8", "*/*", "application/json; ch arset=utf-8"})
    CAF_CHECK_EQUAL(is_json_content_type(bad) ? bad : "", "");
}
