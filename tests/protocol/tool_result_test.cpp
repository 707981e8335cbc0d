#include "troupe/protocol/tool_result.hpp"

#define CAF_SUITE tool_result
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

namespace {

std::string at(const tool_result& result, revision r) {
  std::string out;
  result.append_json(out, r);
  return out;
}

using enum revision;

} // namespace

CAF_TEST(text_and_error_are_one_block) {
  CAF_CHECK_EQUAL(at(tool_result::text("hi"), r2025_11_25),
                  R"({"content":[{"type":"text","text":"hi"}]})");
  CAF_CHECK_EQUAL(at(tool_result::error("no"), r2024_11_05),
                  R"({"content":[{"type":"text","text":"no"}],"isError":true})");
  CAF_CHECK_EQUAL(at(tool_result(), r2025_11_25), R"({"content":[]})");
  CAF_CHECK_EQUAL(
      at(tool_result::text("a").with(content::text("b")).with_meta({{"k", 1}}), r2025_11_25),
      R"({"_meta":{"k":1},"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})");
}

CAF_TEST(structured_content_is_also_text_unless_there_are_blocks) {
  const auto alone = tool_result::of_structured(json::object{{"a", 1}});
  CAF_CHECK_EQUAL(
      at(alone, r2025_06_18),
      R"({"content":[{"type":"text","text":"{\"a\":1}"}],"structuredContent":{"a":1}})");
  CAF_CHECK_EQUAL(at(alone, r2025_03_26), R"({"content":[{"type":"text","text":"{\"a\":1}"}]})");
  const auto both = tool_result::text("one").with_structured(json::object{{"a", 1}});
  CAF_CHECK_EQUAL(at(both, r2025_06_18),
                  R"({"content":[{"type":"text","text":"one"}],"structuredContent":{"a":1}})");
  CAF_CHECK_EQUAL(at(both, r2024_11_05), R"({"content":[{"type":"text","text":"one"}]})");
}

CAF_TEST(only_modern_clients_get_structured_content_that_is_no_object) {
  const auto list = tool_result::of_structured(json::array{1, 2});
  CAF_CHECK_EQUAL(at(list, r2025_11_25), R"({"content":[{"type":"text","text":"[1,2]"}]})");
  CAF_CHECK_EQUAL(
      at(list, r2026_07_28),
      R"({"resultType":"complete","content":[{"type":"text","text":"[1,2]"}],"structuredContent":[1,2]})");
}
