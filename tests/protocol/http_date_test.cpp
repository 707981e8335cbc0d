#define CAF_SUITE http_date
#include "troupe/protocol/http_date.hpp"

#include "caf/test/unit_test.hpp"

#include <cstdint>

using namespace troupe::protocol;

namespace {

std::string_view shown(std::int64_t seconds) {
  static http_date last;
  last = format_http_date(seconds);
  return last.text();
}

} // namespace

CAF_TEST(dates_have_the_fixed_form_of_http) {
  CAF_CHECK_EQUAL(shown(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT"); // the example of RFC 9110
  CAF_CHECK_EQUAL(shown(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  CAF_CHECK_EQUAL(shown(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
  CAF_CHECK_EQUAL(shown(4'102'444'799), "Thu, 31 Dec 2099 23:59:59 GMT");
  CAF_CHECK_EQUAL(shown(253'402'300'799), "Fri, 31 Dec 9999 23:59:59 GMT");
}

CAF_TEST(times_out_of_range_become_the_nearest_in_range) {
  CAF_CHECK_EQUAL(shown(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
  CAF_CHECK_EQUAL(shown(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
}
