#include "troupe/protocol/request_id.hpp"

#define CAF_SUITE request_id
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

#include <limits>
#include <unordered_set>

using namespace troupe::protocol;

namespace {

std::optional<request_id> read(std::string_view text) {
  return request_id::from(parse_value(text).value());
}

} // namespace

CAF_TEST(an_id_is_echoed_exactly_in_its_own_type) {
  for (const auto* text : {"0", "-1", "1763798400123", "9007199254740993", "9223372036854775807",
                           "-9223372036854775808", "9223372036854775808", "18446744073709551615",
                           R"("")", R"("1")", R"("a\"b")", "\"\xC3\xA9\""}) {
    const auto id = read(text);
    CAF_REQUIRE(id.has_value());
    CAF_CHECK_EQUAL(id->to_json(), text);
    CAF_CHECK(request_id::from(id->to_value()) == id);
  }
}

CAF_TEST(what_could_not_be_echoed_exactly_is_no_id) {
  for (const auto* text : {"null", "true", "false", "1.5", "1.0", "1e3", "18446744073709551616",
                           "-9223372036854775809", "[]", "{}"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!read(text));
  }
  const std::string longest(request_id::max_string_size, 'x');
  CAF_CHECK(read('"' + longest + '"').has_value());
  CAF_CHECK(!read('"' + longest + "x\""));
}

CAF_TEST(ids_of_different_types_are_different) {
  CAF_CHECK(read("1") != read(R"("1")"));
  CAF_CHECK(request_id(std::int64_t{7}) == request_id(std::uint64_t{7}));
  CAF_CHECK(request_id(std::int64_t{-1}) != request_id(std::numeric_limits<std::uint64_t>::max()));
  CAF_CHECK(request_id() == request_id(std::int64_t{0}));
  CAF_CHECK(request_id(std::int64_t{1}) < request_id(std::int64_t{2}));
}

CAF_TEST(ids_can_be_keys) {
  std::unordered_set<request_id> set{*read("1"), *read(R"("1")"), *read("18446744073709551615")};
  CAF_CHECK_EQUAL(set.size(), 3u);
  CAF_CHECK(set.contains(request_id(std::int64_t{1})));
  CAF_CHECK(set.contains(request_id(std::string("1"))));
  CAF_CHECK(!set.contains(request_id(std::int64_t{2})));
}
