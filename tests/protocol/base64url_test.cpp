#include "troupe/protocol/base64url.hpp"

#define CAF_SUITE base64url
#include "caf/test/unit_test.hpp"

#include <cstddef>

using troupe::protocol::decode_base64url;
using troupe::protocol::encode_base64url;

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

} // namespace

CAF_TEST(the_examples_of_rfc_4648_encode_without_padding) {
  CAF_CHECK_EQUAL(encode_base64url(bytes_of("")), "");
  CAF_CHECK_EQUAL(encode_base64url(bytes_of("f")), "Zg");
  CAF_CHECK_EQUAL(encode_base64url(bytes_of("fo")), "Zm8");
  CAF_CHECK_EQUAL(encode_base64url(bytes_of("foo")), "Zm9v");
  CAF_CHECK_EQUAL(encode_base64url(bytes_of("foob")), "Zm9vYg");
  CAF_CHECK_EQUAL(encode_base64url(bytes_of("foobar")), "Zm9vYmFy");
}

CAF_TEST(the_last_two_letters_are_safe_in_a_url) {
  const std::vector<std::uint8_t> bytes{0xfb, 0xff, 0xfe};
  CAF_CHECK_EQUAL(encode_base64url(bytes), "-__-");
  CAF_CHECK(decode_base64url("-__-") == bytes);
}

CAF_TEST(every_length_and_byte_survives_the_round_trip) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i <= 256; ++i) {
    CAF_CHECK(decode_base64url(encode_base64url(bytes)) == bytes);
    bytes.push_back(static_cast<std::uint8_t>(i));
  }
}

CAF_TEST(padding_white_space_and_foreign_characters_are_refused) {
  for (const auto* text : {"Zg==", "Zm8=", "Zm9v\n", " Zm9v", "Zm 9v", "+/+/", "Zm9*", "Zm9\x80"})
    CAF_CHECK(!decode_base64url(text));
  CAF_CHECK(!decode_base64url(std::string_view{"Zm\0v", 4}));
}

CAF_TEST(an_impossible_length_is_refused) {
  CAF_CHECK(!decode_base64url("Z"));
  CAF_CHECK(!decode_base64url("Zm9vY"));
}

CAF_TEST(a_second_spelling_of_the_same_bytes_is_refused) {
  CAF_CHECK(decode_base64url("Zg"));
  CAF_CHECK(!decode_base64url("Zh")); // the same byte, with bits set beyond it
  CAF_CHECK(decode_base64url("Zm8"));
  CAF_CHECK(!decode_base64url("Zm9"));
}
