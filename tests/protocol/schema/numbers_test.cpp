#include "troupe/protocol/schema/numbers.hpp"

#define CAF_SUITE numbers
#include "caf/test/unit_test.hpp"

#include <cmath>
#include <limits>

using namespace troupe::protocol;
using namespace troupe::protocol::schema;

namespace {

constexpr auto max_int = std::numeric_limits<std::int64_t>::max();
constexpr auto min_int = std::numeric_limits<std::int64_t>::min();
constexpr auto max_uint = std::numeric_limits<std::uint64_t>::max();

bool is_multiple(json::value number, json::value divisor) {
  return is_multiple_of(number, divisor);
}

} // namespace

CAF_TEST(numbers_compare_as_mathematics_has_it) {
  const json::value ascending[] = {-1e300,
                                   -9223372036854777856.0,
                                   min_int,
                                   min_int + 1,
                                   -1.5,
                                   -1,
                                   0,
                                   5e-324,
                                   1,
                                   1.5,
                                   9007199254740992.0,
                                   9007199254740993,
                                   max_int,
                                   9223372036854775808.0,
                                   9223372036854775809u,
                                   max_uint,
                                   18446744073709551616.0,
                                   1e300};
  for (std::size_t i = 0; i < std::size(ascending); ++i)
    for (std::size_t k = 0; k < std::size(ascending); ++k)
      CAF_CHECK(compare_numbers(ascending[i], ascending[k]) == (i <=> k));
}

CAF_TEST(one_number_of_three_types_is_one_number) {
  const json::value ones[] = {1, 1u, 1.0};
  for (const auto& left : ones)
    for (const auto& right : ones) {
      CAF_CHECK(std::is_eq(compare_numbers(left, right)));
      CAF_CHECK_EQUAL(hash_number(left), hash_number(right));
    }
  CAF_CHECK_EQUAL(hash_number(-0.0), hash_number(0));
  CAF_CHECK_EQUAL(hash_number(-5.0), hash_number(-5));
  CAF_CHECK_EQUAL(hash_number(9223372036854775808.0), hash_number(9223372036854775808u));
}

CAF_TEST(what_is_not_a_number_compares_with_nothing) {
  const json::value not_a_number = std::nan("");
  CAF_CHECK(!std::is_gteq(compare_numbers(not_a_number, 1)));
  CAF_CHECK(!std::is_lteq(compare_numbers(not_a_number, 1u)));
  CAF_CHECK(!is_integer(not_a_number));
  CAF_CHECK(!is_multiple(not_a_number, 1));
  CAF_CHECK(!is_integer(std::numeric_limits<double>::infinity()));
}

CAF_TEST(multiples_are_those_of_the_decimal_numbers) {
  CAF_CHECK(is_multiple(0.3, 0.1));
  CAF_CHECK(is_multiple(0.0075, 0.0001));
  CAF_CHECK(!is_multiple(0.00751, 0.0001));
  CAF_CHECK(is_multiple(19.99, 0.01));
  CAF_CHECK(is_multiple(-4.5, 1.5));
  CAF_CHECK(is_multiple(1e308, 0.5));
  CAF_CHECK(is_multiple(1e308, 5e-324));
  CAF_CHECK(!is_multiple(5e-324, 1e308));
  CAF_CHECK(is_multiple(0, 7));
  CAF_CHECK(is_multiple(min_int, 2));
  CAF_CHECK(is_multiple(max_uint, 5));
  CAF_CHECK(!is_multiple(max_uint, 2));
  CAF_CHECK(!is_multiple(max_int, max_uint));
  CAF_CHECK(is_multiple(12391239123, 1e-8));
}

CAF_TEST(counts_may_be_written_with_a_fraction_of_zero) {
  CAF_CHECK(as_count(2.0) == 2u);
  CAF_CHECK(as_count(1e30) == max_uint);
  CAF_CHECK(as_count(0) == 0u);
  CAF_CHECK(!as_count(-1));
  CAF_CHECK(!as_count(1.5));
  CAF_CHECK(!as_count(json::value("1")));
}
