#define CAF_SUITE config_schema

// The schema in configs/, our validator and the reader agree on what a configuration is.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/json.hpp>

#include "caf/test/unit_test.hpp"

#include "troupe/protocol/json_schema.hpp"
#include "troupe/supervision/config_printer.hpp"
#include "troupe/supervision/config_reader.hpp"
#include "troupe/supervision/config_schema.hpp"

using namespace troupe::supervision;

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string by_schema(const std::string& text) {
  const auto parsed = parse_config_text(text);
  CAF_REQUIRE(std::holds_alternative<located_text>(parsed));
  std::string result;
  for (const auto& problem : check_against_schema(std::get<located_text>(parsed)))
    result += to_string(problem, "f") + '\n';
  return result;
}

bool reader_refuses(const std::string& text) {
  config settings;
  return !read_config(text, settings).empty();
}

} // namespace

CAF_TEST(the_schema_in_configs_is_a_schema) {
  const auto schema =
      boost::json::parse(read(std::filesystem::path{TROUPE_CONFIGS} / "troupe.schema.json"));
  CAF_CHECK(troupe::protocol::json_schema::compile(schema).has_value());
  const auto meta =
      boost::json::parse(R"({"$ref": "https://json-schema.org/draft/2020-12/schema"})");
  for (const auto& broken : troupe::protocol::json_schema::compile(meta).value()->check(schema))
    CAF_ERROR(to_string(broken));
}

CAF_TEST(every_ready_configuration_is_valid) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{TROUPE_CONFIGS}) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "troupe.schema.json")
      continue;
    ++count;
    const auto text = read(entry.path());
    CAF_CHECK_EQUAL(by_schema(text), "");
    CAF_CHECK(!reader_refuses(text));
  }
  CAF_CHECK(count > 0);
  CAF_CHECK_EQUAL(by_schema(print_config(config{})), "");
}

CAF_TEST(what_the_reader_refuses_the_schema_refuses_too) {
  for (const std::string text :
       {R"([])",
        R"({"zebra": {}})",
        R"({"limit": {}})",
        R"({"limits": {"max_sesions": 5}})",
        R"({"limits": {"port": 5}})",
        R"({"listen": {"port": 70000}})",
        R"({"listen": {"port": -1}})",
        R"({"listen": {"port": 1.5}})",
        R"({"listen": {"port": "8000"}})",
        R"({"listen": {"port": null}})",
        R"({"listen": {"port": 99999999999999999999}})",
        R"({"listen": []})",
        R"({"listen": {"allowed_hosts": []}})",
        R"({"listen": {"allowed_hosts": [1]}})",
        R"({"admin": {"enabled": 1}})",
        R"({"timeouts": {"header_timeout_ms": "10s"}})",
        R"({"timeouts": {"header_timeout_ms": 1}})",
        R"({"log": {"level": "warn"}})",
        R"({"server": {"name": ""}})",
        R"({"resources": {"directories": ["/srv"]}})",
        R"({"resources": {"directories": [{"name": "srv"}]}})",
        R"({"resources": {"directories": [{"path": "files"}]}})",
        R"({"resources": {"directories": [{"path": "/srv", "depth": 1}]}})"}) {
    CAF_CHECK(reader_refuses(text));
    if (by_schema(text).empty())
      CAF_ERROR("the schema accepts " << text);
  }
}

CAF_TEST(what_only_the_schema_refuses_is_refused_with_its_place) {
  config settings;
  const auto found = read_config("{\n  \"$schema\": 5\n}", settings);
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK_EQUAL(to_string(found[0], "f"), "f:2:3: $schema: must be a string, is 5");
}

CAF_TEST(the_schema_speaks_with_path_line_and_nearest_key_too) {
  CAF_CHECK_EQUAL(by_schema("{\n  \"limits\": {\n    \"max_sesions\": 5\n  }\n}"),
                  "f:2:3: limits: the property \"max_sesions\" is not known; did you mean "
                  "\"max_sessions\"?\n");
  CAF_CHECK_EQUAL(by_schema("{\"listen\": {\"allowed_hosts\": [\"a\",\n1]}}"),
                  "f:2:1: listen.allowed_hosts[1]: must be a string, is 1\n");
}
