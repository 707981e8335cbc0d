#include "troupe/protocol/base64.hpp"

#define CAF_SUITE base64
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

CAF_TEST(the_vectors_of_rfc_4648_go_both_ways) {
  struct row {
    const char* bytes;
    const char* text;
  };
  for (const auto& [bytes, text] : {row{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}}) {
    CAF_CHECK_EQUAL(to_base64(bytes), text);
    CAF_CHECK(from_base64(text) == bytes);
  }
}

CAF_TEST(all_bytes_at_all_lengths_come_back) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CAF_REQUIRE(from_base64(to_base64(bytes)) == bytes);
    bytes += static_cast<char>(i * 7);
  }
}

CAF_TEST(only_the_canonical_text_is_decoded) {
  for (const auto* text : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zm8", "Zm8==", "Z===", "====", "=",
                           "Zg==Zg==", "Zm 8=", "Zm8=\n", "Zm-_", "Zm9v!", "SGVs!!!bG8="}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!from_base64(text));
  }
}

CAF_TEST(appending_keeps_what_is_there) {
  std::string out = "data:,";
  append_base64(out, "foo");
  CAF_CHECK_EQUAL(out, "data:,Zm9v");
}
