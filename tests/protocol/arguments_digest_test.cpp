#include "troupe/protocol/arguments_digest.hpp"

#define CAF_SUITE arguments_digest
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

#include <set>

using namespace troupe::protocol;

namespace {

arguments_digest digest(std::string_view text) {
  return digest_arguments(parse_value(text).value().as_object());
}

} // namespace

CAF_TEST(the_order_of_members_does_not_count_at_any_depth) {
  CAF_CHECK(digest(R"({"a":1,"b":{"c":[{"x":1,"y":2}],"d":null}})") ==
            digest(R"({ "b": {"d":null, "c":[{"y":2,"x":1}]}, "a": 1 })"));
}

CAF_TEST(the_spelling_of_texts_and_numbers_does_not_count) {
  CAF_CHECK(digest(R"({"a":"é\/"})") == digest(R"({"a":"\u00e9/"})"));
  CAF_CHECK(digest(R"({"\u0061":1})") == digest(R"({"a":1})"));
  for (const auto* one : {"1.0", "1e0", "10e-1", "1.000"})
    CAF_CHECK(digest(std::string(R"({"a":)") + one + '}') == digest(R"({"a":1})"));
  CAF_CHECK(digest(R"({"a":-0.0})") == digest(R"({"a":0})"));
  CAF_CHECK(digest(R"({"a":1e19})") == digest(R"({"a":10000000000000000000})"));
  CAF_CHECK(digest(R"({"a":-9223372036854775808})") == digest(R"({"a":-9223372036854775808.0})"));
}

CAF_TEST(different_arguments_have_different_digests) {
  const char* const texts[] = {
      R"({})",
      R"({"a":null})",
      R"({"a":true})",
      R"({"a":false})",
      R"({"a":0})",
      R"({"a":1})",
      R"({"a":-1})",
      R"({"a":1.5})",
      R"({"a":"1"})",
      R"({"a":""})",
      R"({"a":[]})",
      R"({"a":[1]})",
      R"({"a":[[1]]})",
      R"({"a":[1,2]})",
      R"({"a":[2,1]})",
      R"({"a":[12]})",
      R"({"a":{}})",
      R"({"a":{"b":1}})",
      R"({"a":{},"b":1})",
      R"({"b":1})",
      R"({"A":1})",
      R"({"ab":1})",
      R"({"a":"b"})",
      R"({"a":"b\u0000"})",
      R"({"a":9007199254740992})",
      R"({"a":9007199254740993})",
      R"({"a":9223372036854775808})",
      R"({"a":-9223372036854775808})",
      R"({"a":1e300})",
      R"({"a":5e-324})",
  };
  std::set<arguments_digest> digests;
  for (const auto* text : texts)
    digests.insert(digest(text));
  CAF_CHECK_EQUAL(digests.size(), std::size(texts));
}

CAF_TEST(an_integer_beyond_doubles_is_not_its_neighbour) {
  CAF_CHECK(digest(R"({"a":9007199254740993})") != digest(R"({"a":9007199254740992.0})"));
  CAF_CHECK(digest(R"({"a":9007199254740992})") == digest(R"({"a":9007199254740992.0})"));
}
