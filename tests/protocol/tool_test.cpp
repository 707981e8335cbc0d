#include "troupe/protocol/tool.hpp"

#define CAF_SUITE tool
#include "caf/test/unit_test.hpp"

using namespace troupe::protocol;

namespace {

std::string at(const tool& subject, revision r) {
  std::string out;
  subject.append_json(out, r);
  return out;
}

tool full_tool() {
  return tool("echo")
      .with_title("Echo")
      .with_description("Gives back")
      .with_input(R"({"type":"object","$defs":{},"properties":{"z":{"default":95.50},"a":{}}})")
      .with_output(R"({"type":"object"})")
      .with_annotations(
          {.read_only = true, .destructive = {}, .idempotent = {}, .open_world = false})
      .with_icon({"data:,", "", {}, icon_theme::any})
      .with_meta({{"k", 1}});
}

using enum revision;

} // namespace

CAF_TEST(a_tool_is_described_as_far_as_the_revision_goes) {
  const std::string schema =
      R"("inputSchema":{"type":"object","$defs":{},"properties":{"z":{"default":95.5},"a":{}}})";
  CAF_CHECK_EQUAL(at(full_tool(), r2024_11_05),
                  R"({"name":"echo","description":"Gives back",)" + schema + "}");
  CAF_CHECK_EQUAL(
      at(full_tool(), r2025_03_26),
      R"({"name":"echo","description":"Gives back",)" + schema +
          R"(,"annotations":{"title":"Echo","readOnlyHint":true,"openWorldHint":false}})");
  CAF_CHECK_EQUAL(
      at(full_tool(), r2025_06_18),
      R"({"name":"echo","title":"Echo","description":"Gives back",)" + schema +
          R"(,"outputSchema":{"type":"object"},"annotations":{"readOnlyHint":true,"openWorldHint":false},)"
          R"("_meta":{"k":1}})");
  CAF_CHECK_EQUAL(
      at(full_tool(), r2025_11_25),
      R"({"name":"echo","title":"Echo","description":"Gives back","icons":[{"src":"data:,"}],)" +
          schema +
          R"(,"outputSchema":{"type":"object"},"annotations":{"readOnlyHint":true,"openWorldHint":false},)"
          R"("_meta":{"k":1}})");
}

CAF_TEST(a_tool_without_schema_takes_any_object) {
  CAF_CHECK_EQUAL(at(tool("t"), r2025_11_25),
                  R"({"name":"t","inputSchema":{"type":"object","properties":{}}})");
  CAF_CHECK(inspect(tool("t").with_description("d")).ok());
}

CAF_TEST(an_output_schema_that_is_no_object_schema_is_for_modern_clients) {
  const auto list = tool("t").with_output(R"({"type":"array"})");
  CAF_CHECK(at(list, r2025_11_25).find("outputSchema") == std::string::npos);
  CAF_CHECK(at(list, r2026_07_28).find(R"("outputSchema":{"type":"array"})") != std::string::npos);
  CAF_CHECK(inspect(list).ok());
}

CAF_TEST(names_are_checked_at_registration) {
  for (const auto& name : {std::string("a"), std::string("A-z_0.9"), std::string(128, 'x')})
    CAF_CHECK(inspect(tool(name)).ok());
  for (const auto& name : {std::string(), std::string("a b"), std::string("a/b"),
                           std::string("\xC3\xA9"), std::string("a\n"), std::string(129, 'x')}) {
    CAF_MESSAGE(name);
    CAF_CHECK(!inspect(tool(name)).ok());
  }
}

CAF_TEST(schemas_are_checked_at_registration) {
  for (const auto* schema :
       {"{", "true", "[]", "{}", R"({"type":"array"})", R"({"type":["object"]})"}) {
    CAF_MESSAGE(schema);
    const auto found = inspect(tool("t").with_input(schema));
    CAF_REQUIRE_EQUAL(found.errors.size(), 1u);
    CAF_CHECK(found.errors.front().starts_with("input schema"));
  }
  CAF_CHECK(!inspect(tool("t").with_output("5")).ok());
  CAF_CHECK_EQUAL(inspect(tool("t")).advice.size(), 1u);
  CAF_CHECK(inspect(full_tool()).advice.empty());
}
