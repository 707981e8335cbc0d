#define CAF_SUITE event_id
#include "troupe/protocol/event_id.hpp"

#include "caf/test/unit_test.hpp"

#include <cstdint>
#include <string>

using namespace troupe::protocol;

CAF_TEST(what_is_written_is_read_back) {
  for (const std::uint64_t stream : {std::uint64_t{0}, std::uint64_t{7}, UINT64_MAX})
    for (const std::uint64_t sequence : {std::uint64_t{0}, std::uint64_t{10}, UINT64_MAX}) {
      const event_id id{stream, sequence};
      CAF_CHECK(parse_event_id(to_string(id)) == id);
      CAF_CHECK_LESS_OR_EQUAL(to_string(id).size(), max_event_id_bytes);
    }
  CAF_CHECK_EQUAL(to_string(event_id{3, 12}), "3-12");
  CAF_CHECK_EQUAL(to_string(event_id{UINT64_MAX, UINT64_MAX}).size(), max_event_id_bytes);
  std::string text = "id: ";
  append_event_id(text, {1, 2});
  CAF_CHECK_EQUAL(text, "id: 1-2");
}

CAF_TEST(everything_else_is_refused) {
  for (const std::string text : {"",
                                 "-",
                                 "1",
                                 "1-",
                                 "-1",
                                 "1--2",
                                 "1-2-3",
                                 "01-2",
                                 "1-02",
                                 "00-0",
                                 "+1-2",
                                 "1-+2",
                                 " 1-2",
                                 "1-2 ",
                                 "1 -2",
                                 "1-2\n",
                                 "a-1",
                                 "1-a",
                                 "0x1-2",
                                 "1.0-2",
                                 "18446744073709551616-0",
                                 "0-18446744073709551616",
                                 "99999999999999999999999-1"})
    CAF_CHECK_EQUAL(parse_event_id(text) ? text : "refused", "refused");
  CAF_CHECK(!parse_event_id(std::string{"1-2\0", 4}));
}
