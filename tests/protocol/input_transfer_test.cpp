#define CAF_SUITE input_transfer
#include "troupe/protocol/input_transfer.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace troupe::protocol;

namespace {

questions one(input_request request) {
  return {{"the key", std::move(request)}};
}

/// What the client is asked, after it has crossed.
std::string params_of(const questions& asked, revision r) {
  const auto crossed = decode_questions(encode_questions(asked, r));
  if (!crossed || crossed->size() != 1 || !crossed->contains("the key"))
    return "lost";
  std::string params{crossed->begin()->second.method()};
  crossed->begin()->second.append_params(params, r);
  return params;
}

std::string params_here(const questions& asked, revision r) {
  std::string params{asked.begin()->second.method()};
  asked.begin()->second.append_params(params, r);
  return params;
}

sampling full_sampling() {
  sampling wish;
  wish.messages.push_back({role::user, content::text("What is this?")});
  wish.messages.push_back({role::assistant, content::image("\x89PNG", "image/png")});
  wish.messages.push_back(
      {role::user, {}, json::array{{{"type", "tool_result"}, {"toolUseId", "1"}}}});
  wish.max_tokens = 77;
  wish.temperature = 0.5;
  wish.system_prompt = "Be brief.";
  wish.stop_sequences = {"END", "."};
  wish.include_context = "thisServer";
  wish.model_preferences = {{"costPriority", 0.1}};
  wish.metadata = {{"trace", 1}};
  wish.tools = {{{"name", "look"}}};
  wish.tool_choice = {{"mode", "auto"}};
  return wish;
}

} // namespace

CAF_TEST(every_question_reads_the_same_on_the_other_node) {
  const questions all[] = {
      one(form_elicitation{"Your name?", {{"type", "object"}, {"properties", json::object{}}}}),
      one(url_elicitation{"Log in", "https://example.org/", "e-1"}),
      one(full_sampling()),
      one(roots_query{}),
  };
  for (const auto& asked : all)
    for (const auto r : {revision::r2025_06_18, revision::r2025_11_25, revision::r2026_07_28})
      CAF_CHECK_EQUAL(params_of(asked, r), params_here(asked, r));
}

CAF_TEST(answers_are_checked_as_they_were) {
  const json::object schema{{"type", "object"},
                            {"properties", {{"name", {{"type", "string"}}}}},
                            {"required", json::array{"name"}}};
  const auto crossed =
      decode_questions(encode_questions(one(form_elicitation{"?", schema}), revision::r2025_11_25));
  CAF_REQUIRE(crossed);
  const auto& request = crossed->at("the key");
  CAF_CHECK(
      !request.check_answer({{"action", "accept"}, {"content", json::object{{"name", "Ada"}}}}));
  CAF_CHECK(request.check_answer({{"action", "accept"}, {"content", json::object{{"name", 7}}}}));
}

CAF_TEST(what_is_no_list_of_questions_is_nothing) {
  for (const auto* text :
       {"", "[]", "{", R"({"k":1})", R"({"k":{"method":"roots/list"}})",
        R"({"k":{"method":"ping","params":{}}})",
        R"({"k":{"method":"sampling/createMessage","params":{}}})",
        R"({"k":{"method":"sampling/createMessage","params":{"messages":[1]}}})"})
    CAF_CHECK(!decode_questions(text));
  CAF_CHECK(decode_questions("{}")->empty());
}
