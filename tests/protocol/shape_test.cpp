#include "troupe/protocol/shape.hpp"

#define CAF_SUITE shape
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

using namespace troupe::protocol;

CAF_TEST(members_are_read_or_refused_by_their_path) {
  const auto value = parse_value(R"({"s":"x","o":{},"b":true,"n":null})").value();
  const auto& object = value.as_object();
  CAF_CHECK_EQUAL(required_string(object, "p", "s").value(), "x");
  CAF_CHECK_EQUAL(optional_string(object, "p", "absent").value(), "");
  CAF_CHECK(required_object(object, "p", "o").value() != nullptr);
  CAF_CHECK(optional_bool(object, "p", "b").value());
  CAF_CHECK(!optional_bool(object, "p", "absent").value());

  CAF_CHECK_EQUAL(required_string(object, "p", "absent").error().message,
                  "p.absent: expected a string, but it is missing");
  CAF_CHECK_EQUAL(required_string(object, "p", "n").error().message, "p.n: expected a string");
  CAF_CHECK_EQUAL(optional_string(object, "p", "o").error().message, "p.o: expected a string");
  CAF_CHECK_EQUAL(required_object(object, "p", "absent").error().message,
                  "p.absent: expected an object, but it is missing");
  CAF_CHECK_EQUAL(required_object(object, "p", "s").error().message, "p.s: expected an object");
  CAF_CHECK_EQUAL(optional_bool(object, "p", "s").error().message, "p.s: expected true or false");
  CAF_CHECK_EQUAL(optional_bool(object, "p", "s").error().code, error_code::invalid_params);
}
