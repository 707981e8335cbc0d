#include "troupe/protocol/schema/pattern.hpp"

#define CAF_SUITE pattern
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol::schema;

namespace {

// The translation, or "position: reason".
std::string translated(std::string_view pattern) {
  const auto result = translate_pattern(pattern);
  return result ? *result : std::to_string(result.error().position) + ": " + result.error().reason;
}

bool matches(std::string_view pattern, std::string_view text) {
  return finds(*compile_pattern(pattern).value(), text);
}

} // namespace

CAF_TEST(what_means_something_else_to_re2_is_translated) {
  const std::pair<const char*, const char*> table[] = {
      {"^a|b$", R"(\Aa|b\z)"},
      {".", R"([^\n\r\x{2028}\x{2029}])"},
      {R"(\d\w)", "[0-9][0-9A-Z_a-z]"},
      {R"([^\s])",
       R"([^\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}])"},
      {R"(\cJ\x41\u0042\u{43}\0\/\-)", R"(\x{a}ABC\x{0}\x{2f}\x{2d})"},
      {R"(\uD83D\uDC32)", "\U0001F432"},
      {"(a)(?<name>b)(?:c)", "(?:a)(?:b)(?:c)"},
      {"a{2}b{2,}c{2,3}?d{", R"(a{2}b{2,}c{2,3}?d\x{7b})"},
      {"[]", R"([^\x{0}-\x{10ffff}])"},
      {"[^]", "(?s:.)"},
      {"[[:alpha:]]", R"([\x{5b}\x{3a}alph\x{3a}]\x{5d})"},
      {R"([\b\]-a-])", R"([\x{8}\x{5d}-a\x{2d}])"},
      {R"([\w-z])", R"([0-9A-Z_a-z\x{2d}z])"},
      {R"(\p{Letter}\P{gc=Lu}\p{Script=Greek})", R"([\p{L}][\P{Lu}][\p{Greek}])"},
      {R"(\p{ASCII}[\P{ASCII}])", R"([\x{0}-\x{7f}][\x{80}-\x{10ffff}])"},
  };
  for (const auto& [pattern, expected] : table) {
    if (std::string_view(pattern) == "[[:alpha:]]")
      continue; // below
    CAF_CHECK_EQUAL(translated(pattern), std::string(expected));
    CAF_CHECK(compile_pattern(pattern).has_value());
  }
}

CAF_TEST(posix_classes_are_characters) {
  CAF_CHECK(matches("^[[:alpha:]]$", ":]"));
  CAF_CHECK(!matches("^[[:alpha:]]$", "b"));
}

CAF_TEST(what_cannot_run_in_linear_time_is_refused) {
  const std::pair<const char*, const char*> table[] = {
      {"a(?=b)", "1: look-ahead cannot be run in linear time"},
      {"a(?!b)", "1: look-ahead cannot be run in linear time"},
      {"(?<=a)b", "0: look-behind cannot be run in linear time"},
      {"(?<!a)b", "0: look-behind cannot be run in linear time"},
      {R"((a)\1)", "3: back-references cannot be run in linear time"},
      {R"((?<n>a)\k<n>)", "7: back-references cannot be run in linear time"},
      {R"(\p{Emoji})", R"(0: RE2 does not know the property \p{Emoji})"},
  };
  for (const auto& [pattern, expected] : table) {
    CAF_CHECK_EQUAL(translated(pattern), std::string(expected));
    CAF_CHECK(is_ecma_pattern(pattern));
  }
}

CAF_TEST(what_is_no_pattern_of_ecma_262_is_refused) {
  const std::pair<const char*, const char*> table[] = {
      {"(a", "2: it has no closing ')'"},
      {"a)", "1: it closes a group that is not open"},
      {"[a", "2: it has no closing ']'"},
      {"[b-a]", "4: a range in brackets is out of order"},
      {"*a", "0: there is nothing to repeat"},
      {"a{1}{2}", "4: there is nothing to repeat"},
      {"(?i)a", "0: '(?' is followed by what ECMA-262 does not know"},
      {R"(a\Z)", R"(1: '\Z' is no escape of ECMA-262)"},
      {R"(\u12)", R"(0: '\u' is no escape of ECMA-262)"},
      {R"(\uD83D)", "0: half of a surrogate pair matches no text"},
      {"a\\", "1: it ends with a backslash"},
      {R"(\pL)", R"(0: \p is not followed by a property in braces)"},
      {"\xFF", "0: it is not UTF-8"},
  };
  for (const auto& [pattern, expected] : table) {
    CAF_CHECK_EQUAL(translated(pattern), std::string(expected));
    CAF_CHECK(!is_ecma_pattern(pattern));
  }
}

CAF_TEST(a_pattern_is_searched_by_code_point) {
  CAF_CHECK(matches("b", "abc"));
  CAF_CHECK(matches("^.$", "\U0001F432"));
  CAF_CHECK(matches("^[🐲-🐴]$", "🐳"));
  CAF_CHECK(!matches("^a$", "a\n"));
  CAF_CHECK(matches("", ""));
}
