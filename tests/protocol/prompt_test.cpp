#include "troupe/protocol/prompt.hpp"

#define CAF_SUITE prompt
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

using namespace troupe::protocol;

namespace {

prompt full_prompt() {
  return prompt("p")
      .with_title("P")
      .with_description("about")
      .with_argument("a", "first", true)
      .with_argument({"b", "", false, "B"});
}

std::optional<rpc_error> check(std::string_view text) {
  const auto value = parse_value(text).value();
  return full_prompt().check_arguments(&value.as_object());
}

} // namespace

CAF_TEST(a_prompt_is_described_as_far_as_the_revision_goes) {
  std::string out;
  full_prompt().append_json(out, revision::r2025_03_26);
  CAF_CHECK_EQUAL(
      out, R"({"name":"p","description":"about",)"
           R"("arguments":[{"name":"a","description":"first","required":true},{"name":"b"}]})");
  out.clear();
  full_prompt().append_json(out, revision::r2025_11_25);
  CAF_CHECK_EQUAL(
      out,
      R"({"name":"p","title":"P","description":"about",)"
      R"("arguments":[{"name":"a","description":"first","required":true},{"name":"b","title":"B"}]})");
}

CAF_TEST(arguments_are_strings_and_the_required_ones_are_there) {
  for (const auto* text : {R"({"a":""})", R"({"a":"x","b":"y"})", R"({"a":"x","unknown":"y"})"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!check(text));
  }
  for (const auto* text :
       {R"({})", R"({"b":"y"})", R"({"a":1})", R"({"a":"x","b":null})", R"({"a":"x","c":{}})"}) {
    CAF_MESSAGE(text);
    const auto problem = check(text);
    CAF_REQUIRE(problem.has_value());
    CAF_CHECK_EQUAL(problem->code, error_code::invalid_params);
    CAF_CHECK(problem->message.starts_with("params.arguments."));
  }
  CAF_CHECK(full_prompt().check_arguments(nullptr).has_value());
  CAF_CHECK(!prompt("p").check_arguments(nullptr));
}

CAF_TEST(descriptors_are_checked_at_registration) {
  CAF_CHECK(inspect(full_prompt()).ok());
  CAF_CHECK(inspect(full_prompt()).advice.empty());
  CAF_CHECK_EQUAL(inspect(prompt("p")).advice.size(), 1u);
  CAF_CHECK(!inspect(prompt("")).ok());
  CAF_CHECK(!inspect(prompt("p").with_argument("", "")).ok());
  CAF_CHECK(!inspect(prompt("p").with_argument("a", "").with_argument("a", "")).ok());
}
