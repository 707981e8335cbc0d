#include "troupe/protocol/member.hpp"

#define CAF_SUITE member
#include "caf/test/unit_test.hpp"

#include <string>

using namespace troupe::protocol;

namespace {

json::object object_of(int members) {
  json::object result;
  for (int number = 0; number < members; ++number)
    result[std::to_string(number)] = number;
  return result;
}

} // namespace

CAF_TEST(members_are_found_in_objects_of_every_size) {
  for (const int size : {0, 1, 16, 17, 18, 19, 40}) {
    const auto object = object_of(size);
    for (int number = 0; number < size; ++number) {
      const auto* found = find_member(object, std::to_string(number));
      CAF_REQUIRE(found != nullptr);
      CAF_CHECK_EQUAL(found->as_int64(), number);
    }
    CAF_CHECK(find_member(object, std::to_string(size)) == nullptr);
    CAF_CHECK(find_member(object, "") == nullptr);
  }
}

CAF_TEST(names_are_compared_to_their_last_byte) {
  const json::object object{{"name", 1}, {"nam", 2}, {std::string("name\0", 5), 3}, {"", 4}};
  CAF_CHECK_EQUAL(find_member(object, "name")->as_int64(), 1);
  CAF_CHECK_EQUAL(find_member(object, "nam")->as_int64(), 2);
  CAF_CHECK_EQUAL(find_member(object, std::string_view("name\0", 5))->as_int64(), 3);
  CAF_CHECK_EQUAL(find_member(object, "")->as_int64(), 4);
  CAF_CHECK(find_member(object, "names") == nullptr);
}

CAF_TEST(what_is_of_another_type_is_not_there) {
  const json::object object{{"o", json::object{}}, {"s", "text"}, {"n", nullptr}};
  CAF_CHECK(find_object(object, "o") != nullptr);
  CAF_CHECK_EQUAL(*find_string(object, "s"), "text");
  for (const auto* name : {"s", "n", "absent"})
    CAF_CHECK(find_object(object, name) == nullptr);
  for (const auto* name : {"o", "n", "absent"})
    CAF_CHECK(find_string(object, name) == nullptr);
}
