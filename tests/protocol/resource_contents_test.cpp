#include "troupe/protocol/resource_contents.hpp"

#define CAF_SUITE resource_contents
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

CAF_TEST(a_read_result_lists_its_contents) {
  read_result result(resource_contents::text("test://a", "x\n", "text/markdown"));
  auto second = resource_contents::bytes("test://b", std::string_view("\0\xFF", 2));
  second.meta = {{"k", 1}};
  result.contents.push_back(std::move(second));
  std::string out;
  result.append_json(out, revision::r2025_11_25);
  CAF_CHECK_EQUAL(
      out,
      R"({"contents":[{"uri":"test://a","mimeType":"text/markdown","text":"x\n"},)"
      R"({"uri":"test://b","mimeType":"application/octet-stream","blob":"AP8=","_meta":{"k":1}}]})");
  out.clear();
  result.append_json(out, revision::r2025_03_26);
  CAF_CHECK(out.find("_meta") == std::string::npos);
}

CAF_TEST(empty_text_is_still_text) {
  std::string out;
  resource_contents::text("test://a", "").append_json(out, revision::r2025_11_25);
  CAF_CHECK_EQUAL(out, R"({"uri":"test://a","mimeType":"text/plain","text":""})");
}
