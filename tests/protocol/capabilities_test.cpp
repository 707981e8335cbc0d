#include "troupe/protocol/capabilities.hpp"

#define CAF_SUITE capabilities
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

using namespace troupe::protocol;

namespace {

rpc_result<client_capabilities> read(std::string_view text) {
  return parse_client_capabilities(parse_value(text).value(), "caps");
}

std::string flags(const client_capabilities& found) {
  std::string text;
  const auto add = [&](bool flag, char letter) { text += flag ? letter : '-'; };
  add(found.sampling, 's');
  add(found.sampling_tools, 't');
  add(found.sampling_context, 'c');
  add(found.roots, 'r');
  add(found.roots_list_changed, 'l');
  add(found.elicitation_form, 'f');
  add(found.elicitation_url, 'u');
  add(found.tasks_extension, 'x');
  return text;
}

} // namespace

CAF_TEST(a_capability_is_declared_by_being_there) {
  struct row {
    const char* text;
    const char* expected;
  };
  for (const auto& [text, expected] : {
           row{R"({})", "--------"},
           {R"({"sampling":{}})", "s-------"},
           {R"({"sampling":{"tools":{},"context":{}}})", "stc-----"},
           {R"({"roots":{}})", "---r----"},
           {R"({"roots":{"listChanged":true}})", "---rl---"},
           {R"({"roots":{"listChanged":false}})", "---r----"},
           {R"({"elicitation":{}})", "-----f--"},
           {R"({"elicitation":{"form":{}}})", "-----f--"},
           {R"({"elicitation":{"url":{}}})", "------u-"},
           {R"({"elicitation":{"form":{},"url":{}}})", "-----fu-"},
           {R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})", "-------x"},
           {R"({"experimental":{"x":5},"tasks":{"list":{}},"unknown":7})", "--------"},
       }) {
    CAF_MESSAGE(text);
    const auto found = read(text);
    CAF_REQUIRE(found.has_value());
    CAF_CHECK_EQUAL(flags(*found), expected);
  }
}

CAF_TEST(a_wrong_shape_is_named) {
  struct row {
    const char* text;
    const char* path;
  };
  for (const auto& [text, path] : {
           row{R"([])", "caps:"},
           {R"({"sampling":true})", "caps.sampling:"},
           {R"({"sampling":{"tools":1}})", "caps.sampling.tools:"},
           {R"({"roots":null})", "caps.roots:"},
           {R"({"roots":{"listChanged":"yes"}})", "caps.roots.listChanged:"},
           {R"({"elicitation":{"url":[]}})", "caps.elicitation.url:"},
           {R"({"extensions":{"io.modelcontextprotocol/tasks":1}})",
            "caps.extensions.io.modelcontextprotocol/tasks:"},
       }) {
    CAF_MESSAGE(text);
    const auto found = read(text);
    CAF_REQUIRE(found.has_error());
    CAF_CHECK_EQUAL(found.error().code, error_code::invalid_params);
    CAF_CHECK(found.error().message.starts_with(path));
  }
}

CAF_TEST(the_server_declares_what_the_revision_knows) {
  server_capabilities all;
  all.tools = all.tools_list_changed = all.resources = all.resources_list_changed =
      all.resources_subscribe = true;
  all.prompts = all.prompts_list_changed = all.logging = all.completions = true;
  all.extensions["io.modelcontextprotocol/tasks"].emplace_object();
  const std::string common =
      R"({"tools":{"listChanged":true},"resources":{"subscribe":true,"listChanged":true},)"
      R"("prompts":{"listChanged":true},"logging":{})";
  std::string out;
  append_json(out, all, revision::r2024_11_05);
  CAF_CHECK_EQUAL(out, common + "}");
  out.clear();
  append_json(out, all, revision::r2025_11_25);
  CAF_CHECK_EQUAL(out, common + R"(,"completions":{}})");
  out.clear();
  append_json(out, all, revision::r2026_07_28);
  CAF_CHECK_EQUAL(
      out, common + R"(,"completions":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})");
  out.clear();
  append_json(out, server_capabilities{}, revision::r2025_11_25);
  CAF_CHECK_EQUAL(out, "{}");
}
