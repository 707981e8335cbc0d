#include "troupe/protocol/header_value.hpp"

#define CAF_SUITE header_value
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;
using namespace std::string_literals;

namespace {

/// The decoded text, or what is wrong.
std::string decode(std::string_view field) {
  std::string buffer;
  const auto value = decode_header_value(field, buffer);
  return value ? std::string(*value) : "error: " + std::string(describe(value.error()));
}

bool refused(std::string_view field, header_value_problem problem) {
  std::string buffer;
  const auto value = decode_header_value(field, buffer);
  return value.has_error() && value.error() == problem;
}

} // namespace

CAF_TEST(the_examples_of_the_specification_encode_and_decode) {
  const std::pair<std::string, std::string> examples[] = {
      {"us-west1", "us-west1"},
      {"Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="},
      {" padded ", "=?base64?IHBhZGRlZCA=?="},
      {"line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
      {"=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
  };
  for (const auto& [text, field] : examples) {
    CAF_CHECK_EQUAL(encode_header_value(text), field);
    CAF_CHECK_EQUAL(decode(field), text);
  }
}

CAF_TEST(a_literal_is_a_view_without_surrounding_white_space) {
  std::string buffer = "untouched";
  const std::string field = " \t test_simple_text\t ";
  const auto value = decode_header_value(field, buffer).value();
  CAF_CHECK_EQUAL(std::string(value), "test_simple_text"s);
  CAF_CHECK(value.data() == field.data() + 3);
  CAF_CHECK_EQUAL(buffer, "untouched"s);
  CAF_CHECK_EQUAL(decode(""), ""s);
  CAF_CHECK_EQUAL(decode(" "), ""s);
  CAF_CHECK_EQUAL(decode("two  words\there"), "two  words\there"s);
}

CAF_TEST(what_only_resembles_the_encoded_form_is_a_literal) {
  for (const std::string field :
       {"SGVsbG8=", "=?base64?SGVsbG8=", "SGVsbG8=?=", "=?BASE64?SGVsbG8=?=", "=?Base64?SGVsbG8=?=",
        "=?base64?=", "=?base64?", "?=", "x=?base64?SGVsbG8=?=", "=?utf-8?B?SGVsbG8=?="}) {
    CAF_CHECK(!is_encoded_header_value(field));
    CAF_CHECK_EQUAL(decode(field), field);
  }
}

CAF_TEST(base64_must_be_canonical) {
  CAF_CHECK_EQUAL(decode("=?base64?SGVsbG8=?="), "Hello"s);
  CAF_CHECK_EQUAL(decode("  =?base64?SGVsbG8=?=\t"), "Hello"s);
  CAF_CHECK_EQUAL(decode("=?base64?\?="), ""s);
  for (const auto* field :
       {"=?base64?SGVsbG8?=", "=?base64?SGVs!!!bG8=?=", "=?base64?SGVsbG9=?=",
        "=?base64?SGVsbG8=\?\?=", "=?base64? SGVsbG8=?=", "=?base64?SGVsbG8= ?=",
        "=?base64?SGVsbG8==?=", "=?base64?=?=", "=?base64?SGVs\tbG8=?=", "=?base64?_-_-?=",
        "=?base64?SGVsbG8=SGVsbG8=?="})
    CAF_CHECK(refused(field, header_value_problem::bad_base64));
}

CAF_TEST(decoded_bytes_must_be_utf8) {
  for (const auto* field : {"=?base64?/w==?=", "=?base64?wIA=?=", "=?base64?7aCA?="})
    CAF_CHECK(refused(field, header_value_problem::bad_utf8));
}

CAF_TEST(a_literal_is_visible_ascii) {
  for (const auto& field : {"caf\xC3\xA9"s, "a\x7F"s, "a\nb"s, "a\0b"s, "\xFF"s})
    CAF_CHECK(refused(field, header_value_problem::bad_byte));
}

CAF_TEST(every_text_of_up_to_two_bytes_comes_back) {
  std::size_t count = 0;
  const auto comes_back = [&](const std::string& text) {
    ++count;
    return decode(encode_header_value(text)) == text;
  };
  CAF_CHECK(comes_back(""));
  for (char first = 0; first != 0x7F; ++first) {
    CAF_CHECK(comes_back({first}));
    for (char second = 0; second != 0x7F; ++second)
      if (!comes_back({first, second}))
        CAF_FAIL("lost: " << int{first} << ' ' << int{second});
  }
  CAF_CHECK_EQUAL(count, 1u + 127 + 127 * 127);
}
