#define CAF_SUITE line_splitter
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/line_splitter.hpp"

#include <string>
#include <string_view>

using troupe::protocol::line_splitter;

namespace {

/// All lines that are there, each in brackets; <> for one that is too long.
std::string rest_of(line_splitter& splitter) {
  std::string all;
  while (const auto line = splitter.next())
    all += line->too_long ? "<>" : '[' + std::string{line->text} + ']';
  return all;
}

std::string feed(line_splitter& splitter, const std::string& bytes) {
  splitter.take(bytes);
  auto lines = rest_of(splitter);
  splitter.keep();
  return lines;
}

std::string last_of(line_splitter& splitter) {
  const auto line = splitter.finish();
  return line ? (line->too_long ? "<>" : '[' + std::string{line->text} + ']') : "";
}

} // namespace

CAF_TEST(lines_end_with_a_line_feed_or_both) {
  line_splitter splitter{100};
  CAF_CHECK_EQUAL(feed(splitter, "a\nb\r\nc"), "[a][b]");
  CAF_CHECK(splitter.has_part());
  CAF_CHECK_EQUAL(feed(splitter, "d\r"), "");
  CAF_CHECK_EQUAL(feed(splitter, "\ne\n"), "[cd][e]");
  CAF_CHECK(!splitter.has_part());
}

CAF_TEST(empty_lines_are_nothing) {
  line_splitter splitter{100};
  CAF_CHECK_EQUAL(feed(splitter, "\n\r\n\na\n\n"), "[a]");
  CAF_CHECK_EQUAL(last_of(splitter), "");
}

CAF_TEST(a_return_within_a_line_stays) {
  line_splitter splitter{100};
  CAF_CHECK_EQUAL(feed(splitter, "a\rb\r\r\n"), "[a\rb\r]");
}

CAF_TEST(bytes_may_come_one_at_a_time) {
  line_splitter splitter{100};
  std::string all;
  for (const char byte : std::string_view{"one\r\n\ntwo\nthree\n"})
    all += feed(splitter, std::string(1, byte));
  CAF_CHECK_EQUAL(all, "[one][two][three]");
}

CAF_TEST(the_last_line_needs_no_end) {
  line_splitter splitter{100};
  CAF_CHECK_EQUAL(feed(splitter, "a\nlast\r"), "[a]");
  CAF_CHECK_EQUAL(last_of(splitter), "[last]");
  CAF_CHECK_EQUAL(last_of(splitter), "");
}

CAF_TEST(a_line_that_is_too_long_is_told_once_and_dropped) {
  line_splitter splitter{4};
  CAF_CHECK_EQUAL(feed(splitter, "1234\n12345\nx\n"), "[1234]<>[x]");
  CAF_CHECK_EQUAL(feed(splitter, "1234\r\n"), "[1234]");
  CAF_CHECK_EQUAL(feed(splitter, "123"), "");
  CAF_CHECK_EQUAL(feed(splitter, "456"), "<>");
  CAF_CHECK(splitter.has_part());
  CAF_CHECK_EQUAL(feed(splitter, "789"), "");
  CAF_CHECK_EQUAL(feed(splitter, "0\ny\n"), "[y]");
  CAF_CHECK_EQUAL(feed(splitter, "1234567"), "<>");
  CAF_CHECK_EQUAL(last_of(splitter), "");
}

CAF_TEST(what_was_not_looked_at_is_kept) {
  line_splitter splitter{100};
  {
    const std::string bytes = "start of a\nb\nc\nd";
    splitter.take(bytes);
    const auto first = splitter.next();
    CAF_REQUIRE(first);
    CAF_CHECK_EQUAL(std::string{first->text}, "start of a");
    splitter.keep();
  }
  const auto second = splitter.next();
  CAF_REQUIRE(second);
  CAF_CHECK_EQUAL(std::string{second->text}, "b");
  splitter.keep();
  CAF_CHECK_EQUAL(rest_of(splitter), "[c]");
  CAF_CHECK_EQUAL(feed(splitter, "e\n"), "[de]");
}
