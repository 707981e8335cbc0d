#include "troupe/protocol/input_request.hpp"

#define CAF_SUITE input_request
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/encode.hpp"

using namespace troupe::protocol;

namespace {

using enum revision;

json::object object_of(std::string_view text) {
  return parse_value(text).value().as_object();
}

input_request form() {
  return form_elicitation{
      "who?",
      object_of(
          R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})")};
}

input_request url() {
  return url_elicitation{"open", "https://example.com/x", "e1"};
}

sampling simple_sampling() {
  sampling wish;
  wish.messages.push_back({role::user, content::text("hi")});
  wish.max_tokens = 100;
  return wish;
}

sampling sampling_with_tools() {
  auto wish = simple_sampling();
  wish.tools.push_back(object_of(R"({"name":"t","inputSchema":{"type":"object"}})"));
  return wish;
}

sampling sampling_with_context() {
  auto wish = simple_sampling();
  wish.include_context = "thisServer";
  return wish;
}

std::string params_of(const input_request& wish, revision r) {
  std::string out;
  wish.append_params(out, r);
  return out;
}

std::string required_by(const input_request& wish) {
  std::string out;
  append_json(out, wish.required_capabilities());
  return out;
}

client_capabilities declared(std::string_view text) {
  return parse_client_capabilities(parse_value(text).value(), "c").value();
}

} // namespace

CAF_TEST(each_wish_is_a_request_of_its_own) {
  CAF_CHECK_EQUAL(form().method(), "elicitation/create");
  CAF_CHECK_EQUAL(url().method(), "elicitation/create");
  CAF_CHECK_EQUAL(input_request(simple_sampling()).method(), "sampling/createMessage");
  CAF_CHECK_EQUAL(input_request(roots_query{}).method(), "roots/list");

  const std::string schema =
      R"("requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}})";
  CAF_CHECK_EQUAL(params_of(form(), r2025_06_18), R"({"message":"who?",)" + schema);
  CAF_CHECK_EQUAL(params_of(form(), r2025_11_25), R"({"mode":"form","message":"who?",)" + schema);
  CAF_CHECK_EQUAL(
      params_of(url(), r2025_11_25),
      R"({"mode":"url","message":"open","url":"https://example.com/x","elicitationId":"e1"})");
  CAF_CHECK_EQUAL(params_of(url(), r2026_07_28),
                  R"({"mode":"url","message":"open","url":"https://example.com/x"})");
  CAF_CHECK_EQUAL(params_of(roots_query{}, r2025_11_25), "{}");
}

CAF_TEST(sampling_writes_what_was_said) {
  CAF_CHECK_EQUAL(
      params_of(simple_sampling(), r2025_11_25),
      R"({"messages":[{"role":"user","content":{"type":"text","text":"hi"}}],"maxTokens":100})");
  auto wish = sampling_with_context();
  wish.system_prompt = "be brief";
  wish.temperature = 0.5;
  wish.stop_sequences = {"END"};
  wish.model_preferences = object_of(R"({"hints":[{"name":"x"}]})");
  wish.metadata = object_of(R"({"m":1})");
  wish.tools = sampling_with_tools().tools;
  wish.tool_choice = object_of(R"({"mode":"auto"})");
  CAF_CHECK_EQUAL(
      params_of(wish, r2025_11_25),
      R"({"messages":[{"role":"user","content":{"type":"text","text":"hi"}}],)"
      R"("modelPreferences":{"hints":[{"name":"x"}]},"systemPrompt":"be brief",)"
      R"("includeContext":"thisServer","temperature":0.5,"maxTokens":100,"stopSequences":["END"],)"
      R"("metadata":{"m":1},"tools":[{"name":"t","inputSchema":{"type":"object"}}],)"
      R"("toolChoice":{"mode":"auto"}})");
}

CAF_TEST(a_client_is_asked_only_for_what_it_declared) {
  struct row {
    input_request wish;
    const char* capabilities;
    revision r;
    bool allowed;
  };
  const row table[] = {
      {form(), R"({})", r2025_11_25, false},
      {form(), R"({"elicitation":{}})", r2025_11_25, true},
      {form(), R"({"elicitation":{}})", r2025_03_26, false},
      {form(), R"({"elicitation":{"url":{}}})", r2025_11_25, false},
      {url(), R"({"elicitation":{}})", r2025_11_25, false},
      {url(), R"({"elicitation":{"url":{}}})", r2025_11_25, true},
      {url(), R"({"elicitation":{"url":{}}})", r2025_06_18, false},
      {simple_sampling(), R"({})", r2025_11_25, false},
      {simple_sampling(), R"({"sampling":{}})", r2024_11_05, true},
      {sampling_with_tools(), R"({"sampling":{}})", r2025_11_25, false},
      {sampling_with_tools(), R"({"sampling":{"tools":{}}})", r2025_11_25, true},
      {sampling_with_tools(), R"({"sampling":{"tools":{}}})", r2025_06_18, false},
      {sampling_with_context(), R"({"sampling":{}})", r2025_11_25, false},
      {sampling_with_context(), R"({"sampling":{}})", r2025_06_18, true},
      {sampling_with_context(), R"({"sampling":{"context":{}}})", r2025_11_25, true},
      {roots_query{}, R"({})", r2025_11_25, false},
      {roots_query{}, R"({"roots":{}})", r2024_11_05, true},
  };
  for (const auto& [wish, capabilities, r, allowed] : table) {
    CAF_MESSAGE(std::string(wish.method()) + " with " + capabilities + " at " +
                std::string(to_string(r)));
    CAF_CHECK_EQUAL(wish.is_allowed(declared(capabilities), r), allowed);
  }
}

CAF_TEST(what_a_client_would_have_to_declare_is_told) {
  CAF_CHECK_EQUAL(required_by(form()), R"({"elicitation":{"form":{}}})");
  CAF_CHECK_EQUAL(required_by(url()), R"({"elicitation":{"url":{}}})");
  CAF_CHECK_EQUAL(required_by(simple_sampling()), R"({"sampling":{}})");
  CAF_CHECK_EQUAL(required_by(sampling_with_tools()), R"({"sampling":{"tools":{}}})");
  CAF_CHECK_EQUAL(required_by(sampling_with_context()), R"({"sampling":{"context":{}}})");
  CAF_CHECK_EQUAL(required_by(roots_query{}), R"({"roots":{}})");
}

CAF_TEST(answers_are_checked_for_their_shape) {
  struct row {
    input_request wish;
    const char* answer;
    bool right;
  };
  const row table[] = {
      {form(), R"({"action":"accept","content":{"name":"x"}})", true},
      {form(), R"({"action":"decline"})", true},
      {form(), R"({"action":"accept"})", false},
      {form(), R"({"action":"maybe"})", false},
      {form_elicitation{"ok?", object_of(R"({"type":"object","properties":{}})")},
       R"({"action":"accept"})", true},
      {url(), R"({"action":"accept"})", true},
      {url(), R"({})", false},
      {simple_sampling(),
       R"({"role":"assistant","model":"m","content":{"type":"text","text":"x"}})", true},
      {simple_sampling(), R"({"role":"assistant"})", false},
      {roots_query{}, R"({"roots":[{"uri":"file:///a"}]})", true},
      {roots_query{}, R"({"roots":5})", false},
  };
  for (const auto& [wish, answer, right] : table) {
    CAF_MESSAGE(answer);
    CAF_CHECK_EQUAL(!wish.check_answer(object_of(answer)), right);
  }
}
