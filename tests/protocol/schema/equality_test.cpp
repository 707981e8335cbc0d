#include "troupe/protocol/schema/equality.hpp"

#define CAF_SUITE equality
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;
using namespace troupe::protocol::schema;

namespace {

bool are_same(std::string_view left, std::string_view right) {
  budget cost(1000, 100);
  const auto first = json::parse(left);
  const auto second = json::parse(right);
  const bool same = are_equal(first, second, cost);
  // Who is equal has one hash.
  CAF_CHECK(!same || hash_value(first, cost) == hash_value(second, cost));
  CAF_CHECK(!cost.is_exhausted());
  return same;
}

} // namespace

CAF_TEST(values_are_equal_by_what_they_mean) {
  CAF_CHECK(are_same("1", "1.0"));
  CAF_CHECK(are_same(R"({"a": 1, "b": [2]})", R"({"b": [2.0], "a": 1})"));
  CAF_CHECK(are_same(R"("\u0041")", R"("A")"));
  CAF_CHECK(are_same("null", "null"));
  CAF_CHECK(!are_same("1", "true"));
  CAF_CHECK(!are_same("0", "false"));
  CAF_CHECK(!are_same("[1, 2]", "[2, 1]"));
  CAF_CHECK(!are_same("[]", "{}"));
  CAF_CHECK(!are_same(R"({"a": 1})", R"({"a": 1, "b": 1})"));
  CAF_CHECK(!are_same(R"({"a": 1})", R"({"b": 1})"));
  CAF_CHECK(!are_same(R"("1")", "1"));
}

CAF_TEST(a_comparison_ends_with_its_budget) {
  const auto value = json::parse("[1, 2, 3, 4]");
  budget few_steps(3, 100);
  CAF_CHECK(!are_equal(value, value, few_steps));
  CAF_CHECK(few_steps.is_exhausted());
  const auto nested = json::parse("[[[[1]]]]");
  budget few_levels(100, 3);
  CAF_CHECK(!are_equal(nested, nested, few_levels));
  CAF_CHECK(few_levels.is_exhausted());
}

CAF_TEST(the_first_equal_items_are_found_in_few_and_in_many) {
  for (std::size_t count : {3u, 200u}) {
    json::array items;
    for (std::size_t i = 0; i < count; ++i)
      items.push_back(json::object({{"id", i}}));
    budget cost(100'000, 10);
    CAF_CHECK(!find_duplicate(items, cost));
    items.push_back(json::object({{"id", 1.0}}));
    const auto found = find_duplicate(items, cost);
    CAF_REQUIRE(found.has_value());
    CAF_CHECK_EQUAL(found->first, 1u);
    CAF_CHECK_EQUAL(found->second, count);
  }
}
