#include "troupe/protocol/cursor.hpp"

#define CAF_SUITE cursor
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/base64url.hpp"

#include <limits>

using namespace troupe::protocol;

CAF_TEST(a_cursor_gives_back_its_position) {
  const auto key = random_cursor_key();
  for (const auto after : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x0102030405060708},
                           std::numeric_limits<std::uint64_t>::max()}) {
    const auto cursor = make_cursor(key, method::tools_list, after);
    CAF_CHECK_EQUAL(cursor.size(), 24u);
    CAF_CHECK_EQUAL(read_cursor(key, method::tools_list, cursor).value(), after);
  }
}

CAF_TEST(a_cursor_of_another_list_or_process_is_refused) {
  const auto key = random_cursor_key();
  const auto cursor = make_cursor(key, method::tools_list, 5);
  CAF_CHECK_EQUAL(read_cursor(key, method::prompts_list, cursor).error().code,
                  error_code::invalid_params);
  CAF_CHECK(read_cursor(random_cursor_key(), method::tools_list, cursor).has_error());
}

CAF_TEST(every_change_of_a_cursor_is_refused) {
  const auto key = random_cursor_key();
  const auto cursor = make_cursor(key, method::tools_list, 5);
  const auto bytes = decode_base64url(cursor).value();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto changed = bytes;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << bit % 8));
    CAF_CHECK(read_cursor(key, method::tools_list, encode_base64url(changed)).has_error());
  }
  for (const auto& text : {std::string(), cursor + "A", cursor + "=", cursor.substr(1),
                           " " + cursor, cursor.substr(0, cursor.size() - 1),
                           std::string("eyJwYWdlIjogMn0="), std::string(100'000, 'A')})
    CAF_CHECK(read_cursor(key, method::tools_list, text).has_error());
}
