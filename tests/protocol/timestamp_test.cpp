#include "troupe/protocol/timestamp.hpp"

#define CAF_SUITE timestamp
#include "caf/test/unit_test.hpp"

#include <limits>

using namespace troupe::protocol;
using namespace std::string_literals;

CAF_TEST(milliseconds_since_1970_become_utc) {
  const std::pair<std::int64_t, std::string> examples[] = {
      {0, "1970-01-01T00:00:00.000Z"},
      {1, "1970-01-01T00:00:00.001Z"},
      {-1, "1969-12-31T23:59:59.999Z"},
      {951'782'400'000, "2000-02-29T00:00:00.000Z"},
      {1'764'066'600'123, "2025-11-25T10:30:00.123Z"},
      {1'767'225'599'999, "2025-12-31T23:59:59.999Z"},
      {-2'208'988'800'000, "1900-01-01T00:00:00.000Z"},
      {4'107'542'400'000, "2100-03-01T00:00:00.000Z"},
  };
  for (const auto& [time, text] : examples)
    CAF_CHECK_EQUAL(to_timestamp(time), text);
}

CAF_TEST(what_four_digits_of_a_year_cannot_say_is_cut) {
  CAF_CHECK_EQUAL(to_timestamp(std::numeric_limits<std::int64_t>::max()),
                  "9999-12-31T23:59:59.999Z"s);
  CAF_CHECK_EQUAL(to_timestamp(253'402'300'799'999), "9999-12-31T23:59:59.999Z"s);
  CAF_CHECK_EQUAL(to_timestamp(253'402'300'800'000), "9999-12-31T23:59:59.999Z"s);
  CAF_CHECK_EQUAL(to_timestamp(std::numeric_limits<std::int64_t>::min()),
                  "0000-01-01T00:00:00.000Z"s);
}
