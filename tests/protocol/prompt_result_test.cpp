#include "troupe/protocol/prompt_result.hpp"

#define CAF_SUITE prompt_result
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

CAF_TEST(messages_keep_their_order_and_roles) {
  auto result = prompt_result::text("q")
                    .with_assistant(content::text("a"))
                    .with_user(content::image("abc", "image/png"));
  result.description = "about";
  std::string out;
  result.append_json(out, revision::r2025_11_25);
  CAF_CHECK_EQUAL(
      out, R"({"description":"about","messages":[)"
           R"({"role":"user","content":{"type":"text","text":"q"}},)"
           R"({"role":"assistant","content":{"type":"text","text":"a"}},)"
           R"({"role":"user","content":{"type":"image","data":"YWJj","mimeType":"image/png"}}]})");
}

CAF_TEST(no_messages_are_an_empty_list) {
  std::string out;
  prompt_result().append_json(out, revision::r2025_06_18);
  CAF_CHECK_EQUAL(out, R"({"messages":[]})");
}
