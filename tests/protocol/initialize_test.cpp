#include "troupe/protocol/initialize.hpp"

#define CAF_SUITE initialize
#include "caf/test/unit_test.hpp"

#include "troupe/protocol/document.hpp"

using namespace troupe::protocol;

namespace {

rpc_result<initialize_params> read(std::string_view text) {
  const auto value = parse_value(text).value();
  return parse_initialize(&value.as_object());
}

implementation full_info() {
  return {"troupe",
          "1.2",
          "Troupe",
          "A server",
          "https://example.com",
          {{"https://example.com/i.png", "", {}, {}}}};
}

} // namespace

CAF_TEST(a_client_says_who_it_is_and_what_it_can) {
  const auto params = read(R"({"protocolVersion":"2025-11-25","capabilities":{"sampling":{}},
                               "clientInfo":{"name":"n","version":"1","title":"t","icons":[]},"_meta":{}})");
  CAF_REQUIRE(params.has_value());
  CAF_CHECK_EQUAL(params->protocol_version, "2025-11-25");
  CAF_CHECK(params->capabilities.sampling);
  CAF_CHECK_EQUAL(params->info.name, "n");
  CAF_CHECK_EQUAL(params->info.version, "1");
  CAF_CHECK_EQUAL(params->info.title, "t");
}

CAF_TEST(wrong_shapes_are_refused_with_their_path) {
  struct row {
    const char* text;
    const char* path;
  };
  for (
      const auto& [text, path] : {
          row{R"({})", "params.protocolVersion:"},
          {R"({"protocolVersion":5})", "params.protocolVersion:"},
          {R"({"protocolVersion":"x"})", "params.capabilities:"},
          {R"({"protocolVersion":"x","capabilities":[]})", "params.capabilities:"},
          {R"({"protocolVersion":"x","capabilities":{}})", "params.clientInfo:"},
          {R"({"protocolVersion":"x","capabilities":{},"clientInfo":"n"})", "params.clientInfo:"},
          {R"({"protocolVersion":"x","capabilities":{},"clientInfo":{}})",
           "params.clientInfo.name:"},
          {R"({"protocolVersion":"x","capabilities":{},"clientInfo":{"name":"n"}})",
           "params.clientInfo.version:"},
          {R"({"protocolVersion":"x","capabilities":{},"clientInfo":{"name":"n","version":1}})",
           "params.clientInfo.version:"},
          {R"({"protocolVersion":"x","capabilities":{},"clientInfo":{"name":"n","version":"1","title":1}})",
           "params.clientInfo.title:"},
          {R"({"protocolVersion":"x","capabilities":{"sampling":true},"clientInfo":{"name":"n","version":"1"}})",
           "params.capabilities.sampling:"},
      }) {
    CAF_MESSAGE(text);
    const auto params = read(text);
    CAF_REQUIRE(params.has_error());
    CAF_CHECK_EQUAL(params.error().code, error_code::invalid_params);
    CAF_CHECK(params.error().message.starts_with(path));
  }
  CAF_CHECK_EQUAL(parse_initialize(nullptr).error().code, error_code::invalid_params);
}

CAF_TEST(long_names_are_cut_at_a_character) {
  std::string name(client_info::max_text_size - 1, 'x');
  name += "\xC3\xA9 and more";
  const auto info = parse_client_info(json::object{{"name", name}, {"version", "1"}}, "p");
  CAF_REQUIRE(info.has_value());
  CAF_CHECK_EQUAL(info->name, std::string(client_info::max_text_size - 1, 'x'));
}

CAF_TEST(the_answer_has_what_the_revision_knows) {
  server_capabilities capabilities;
  capabilities.tools = true;
  capabilities.completions = true;
  std::string out;
  append_initialize_result(out, revision::r2024_11_05, capabilities, full_info(), "");
  CAF_CHECK_EQUAL(out, R"({"protocolVersion":"2024-11-05","capabilities":{"tools":{}},)"
                       R"("serverInfo":{"name":"troupe","version":"1.2"}})");
  out.clear();
  append_initialize_result(out, revision::r2025_06_18, capabilities, full_info(), "Use it");
  CAF_CHECK_EQUAL(
      out,
      R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{},"completions":{}},)"
      R"("serverInfo":{"name":"troupe","version":"1.2","title":"Troupe"},"instructions":"Use it"})");
  out.clear();
  append_json(out, full_info(), revision::r2025_11_25);
  CAF_CHECK_EQUAL(
      out, R"({"name":"troupe","version":"1.2","title":"Troupe","description":"A server",)"
           R"("websiteUrl":"https://example.com","icons":[{"src":"https://example.com/i.png"}]})");
}
