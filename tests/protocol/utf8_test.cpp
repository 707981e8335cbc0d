#include "troupe/protocol/utf8.hpp"

#define CAF_SUITE utf8
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

CAF_TEST(well_formed_characters_have_their_length) {
  struct row {
    std::string_view text;
    std::size_t length;
  };
  for (const auto& [text, length] : {
           row{"a", 1},
           {"\x7F", 1},
           {"\xC2\x80", 2},
           {"\xDF\xBF", 2},
           {"\xE0\xA0\x80", 3},
           {"\xED\x9F\xBF", 3},
           {"\xEE\x80\x80", 3},
           {"\xEF\xBF\xBF", 3},
           {"\xF0\x90\x80\x80", 4},
           {"\xF4\x8F\xBF\xBF", 4},
           {"\xC3\xA9trailing", 2},
       })
    CAF_CHECK_EQUAL(utf8_length(text), length);
  CAF_CHECK_EQUAL(utf8_length(std::string_view("\0", 1)), 1u);
}

CAF_TEST(ill_formed_bytes_have_none) {
  for (const std::string_view text :
       {"", "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2 ", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xE2\x82", "\xE2\x82 ", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xF0\x9F\x8E", "\xFF"}) {
    CAF_CHECK_EQUAL(utf8_length(text), 0u);
    CAF_CHECK_EQUAL(is_utf8(text), text.empty());
  }
  CAF_CHECK(is_utf8("plain \xC3\xA9 \xF0\x9F\x8E\xAD"));
}

CAF_TEST(a_prefix_ends_between_characters) {
  const std::string_view text = "a\xC3\xA9\xF0\x9F\x8E\xADz";
  struct row {
    std::size_t size;
    std::size_t expected;
  };
  for (const auto& [size, expected] :
       {row{0, 0}, {1, 1}, {2, 1}, {3, 3}, {4, 3}, {6, 3}, {7, 7}, {8, 8}, {99, 8}})
    CAF_CHECK_EQUAL(utf8_prefix(text, size).size(), expected);
}
