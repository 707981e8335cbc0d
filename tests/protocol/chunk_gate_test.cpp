#define CAF_SUITE chunk_gate
#include "troupe/protocol/chunk_gate.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace troupe::protocol;

namespace {

/// The body and how it ended, e.g. "hello|complete|12" with the number of bytes consumed.
std::string read(std::string_view input, std::size_t piece = std::string_view::npos,
                 const chunk_limits& limits = {}) {
  chunk_gate gate{limits};
  std::string body;
  std::size_t used = 0;
  while (used < input.size()) {
    const auto given = input.substr(used, piece);
    const auto step = gate.next(given);
    used += step.consumed;
    body += step.data;
    if (step.state == chunk_state::complete)
      return body + "|complete|" + std::to_string(used);
    if (step.state == chunk_state::rejected) {
      CAF_CHECK(!step.reason.empty());
      return body + "|" + std::to_string(step.status);
    }
    if (step.state == chunk_state::need_more)
      CAF_CHECK_EQUAL(step.consumed, given.size());
  }
  return body + "|more";
}

void each(const std::string& expected, const std::vector<std::string>& inputs) {
  for (const auto& input : inputs)
    for (const std::size_t piece : {std::string_view::npos, std::size_t{1}, std::size_t{3}})
      CAF_CHECK_EQUAL(read(input, piece) + " of " + input, expected + " of " + input);
}

} // namespace

CAF_TEST(chunks_are_joined_and_the_next_request_is_left_alone) {
  each("hello world|complete|30", {"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\nGET /"});
  each("|complete|5", {"0\r\n\r\n"});
  each("0123456789abcdef|complete|29", {"0010\r\n0123456789abcdef\r\n0\r\n\r\n"});
  each("\r\n0\r\n\r\n|complete|17", {"7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"});
  each("aaaaaaaaaa|complete|20", {"A\r\naaaaaaaaaa\r\n0\r\n\r\n", "a\r\naaaaaaaaaa\r\n0\r\n\r\n"});
}

CAF_TEST(an_incomplete_body_needs_more) {
  const std::string whole = "5;x=\"y\"\r\nhello\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size)
    CAF_CHECK(read(whole.substr(0, size)).ends_with("|more"));
}

CAF_TEST(complete_and_rejected_stay_so_until_reset) {
  chunk_gate gate;
  CAF_CHECK(gate.next("0\r\n\r\n").state == chunk_state::complete);
  CAF_CHECK(gate.next("5").state == chunk_state::complete);
  CAF_CHECK_EQUAL(gate.next("5").consumed, 0u);
  gate.reset();
  CAF_CHECK(gate.next("x").state == chunk_state::rejected);
  CAF_CHECK(gate.next("5\r\n").state == chunk_state::rejected);
  gate.reset();
  CAF_CHECK(gate.next("5\r\n").state == chunk_state::need_more);
  CAF_CHECK_EQUAL(gate.body_bytes(), 5u);
}

CAF_TEST(sizes_are_plain_hexadecimal) {
  each("|400", {"\r\n", "g\r\n", "0x5\r\n", "-1\r\n", "+1\r\n", " 5\r\n", "5 \r\n", "5\t;a\r\n",
                ";a\r\n", "5,\r\n", "\n", "5\x80\r\n", "00000000000000000\r\n"});
}

CAF_TEST(lines_end_with_cr_lf) {
  each("|400", {"5\nhello\r\n", "5\rhello\r\n", "5;a\nhello\r\n", "5\r\r\n"});
  each("hello|400", {"5\r\nhello\n", "5\r\nhello\rX", "5\r\nhelloX", "5\r\nhello0\r\n\r\n"});
  each("|400", {"0\r\n\n", "0\r\n\rX"});
}

// Beast 1.81 has no cap on what stands in a chunk's size line.
CAF_TEST(a_chunk_header_cannot_go_on_without_end) {
  each("|400", {std::string(17, '0'), "1;" + std::string(1'025, 'x')});
  each("|more", {std::string(16, '0'), "1;" + std::string(1'024, 'x')});
  std::string many;
  for (int i = 0; i < 103; ++i)
    many += "1;abcdefghi\r\nx\r\n";
  CAF_CHECK(read(many).ends_with("|more"));
  many += "1;" + std::string(98, 'x');
  CAF_CHECK_EQUAL(read(many), std::string(103, 'x') + "|400");
}

CAF_TEST(extensions_hold_printable_bytes_only) {
  each("|400", {std::string{"1;a\0\r\n", 6}, "1;a\x7f\r\n", "1;\xC3\xA4\r\n", "1;\x1b\r\n"});
  each("x|complete|23", {"1;a=\"b c\";\t d\r\nx\r\n0\r\n\r\n"});
}

// Beast 1.81 merges trailer fields into the header, obeys framing fields there, and does not count
// them against the header limit.
CAF_TEST(trailer_sections_are_refused) {
  each("|400",
       {"0\r\nX-Checksum: 1\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nHost: evil\r\n\r\n", "0\r\n \r\n"});
}

CAF_TEST(the_body_has_a_limit_that_holds_before_it_is_sent) {
  const chunk_limits limits{10, 1'024};
  CAF_CHECK_EQUAL(read("A\r\n0123456789\r\n0\r\n\r\n", std::string_view::npos, limits),
                  "0123456789|complete|20");
  CAF_CHECK_EQUAL(read("B\r\n", std::string_view::npos, limits), "|413");
  CAF_CHECK_EQUAL(read("9\r\n012345678\r\n2\r\n", std::string_view::npos, limits), "012345678|413");
  CAF_CHECK_EQUAL(read("FFFFFFFFFFFFFFFF\r\n", std::string_view::npos, limits), "|413");
  CAF_CHECK_EQUAL(read("1\r\nx\r\nFFFFFFFFFFFFFFFF\r\n", std::string_view::npos, limits), "x|413");
}
