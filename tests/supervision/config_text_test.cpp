#define CAF_SUITE config_text

#include "troupe/supervision/config_text.hpp"

#include "caf/test/unit_test.hpp"

using namespace troupe::supervision;

namespace {

located_text parsed(std::string_view text) {
  auto result = parse_config_text(text);
  CAF_REQUIRE(std::holds_alternative<located_text>(result));
  return std::get<located_text>(std::move(result));
}

} // namespace

CAF_TEST(members_are_known_by_the_place_of_their_key) {
  const auto text =
      parsed("// head\n{\n  \"a\": 12,\n  /* x\n */ \"bc\": {\"d\": null},\n}\n// end");
  const auto& members = text.root().members;
  CAF_REQUIRE_EQUAL(members.size(), 2u);
  CAF_CHECK_EQUAL(members[0].key, "a");
  CAF_CHECK_EQUAL(members[0].where.line, 3u);
  CAF_CHECK_EQUAL(text.at(members[0].value).scalar.as_int64(), 12);
  CAF_CHECK_EQUAL(members[1].where.line, 5u);
  CAF_CHECK_EQUAL(text.at(members[1].value).members.size(), 1u);
}

CAF_TEST(elements_are_known_by_their_own_place) {
  const auto text = parsed("[1,\n 22,\n\"x\"]");
  const auto& elements = text.root().elements;
  CAF_REQUIRE_EQUAL(elements.size(), 3u);
  CAF_CHECK_EQUAL(text.at(elements[1]).where.line, 2u);
  CAF_CHECK_EQUAL(text.at(elements[1]).where.column, 2u);
  CAF_CHECK_EQUAL(text.at(elements[2]).where.line, 3u);
}

CAF_TEST(what_looks_like_a_comment_within_a_string_is_text) {
  const auto text = parsed(R"({"a": "http://x /* y */", "b": "\"//"})");
  CAF_CHECK_EQUAL(text.at(text.root().members[0].value).scalar.as_string(), "http://x /* y */");
  CAF_CHECK_EQUAL(text.at(text.root().members[1].value).scalar.as_string(), "\"//");
}

CAF_TEST(duplicates_are_kept_for_the_reader_to_refuse) {
  CAF_CHECK_EQUAL(parsed(R"({"a": 1, "a": 2})").root().members.size(), 2u);
}

CAF_TEST(escapes_and_long_texts_arrive_whole) {
  const std::string text(5000, 'x');
  const auto tree = parsed("{\"\\u00e9\\n\": \"" + text + "\"}");
  CAF_CHECK_EQUAL(tree.root().members[0].key, "\xc3\xa9\n");
  CAF_CHECK_EQUAL(tree.at(tree.root().members[0].value).scalar.as_string().size(), 5000u);
}
