#define CAF_SUITE config_reader

#include "troupe/supervision/config_reader.hpp"

#include "caf/test/unit_test.hpp"

using namespace troupe::supervision;
using namespace std::chrono_literals;

namespace {

/// All problems as a person sees them, a line each.
std::string problems(std::string_view text) {
  config settings;
  std::string result;
  for (const auto& problem : read_config(text, settings))
    result += to_string(problem, "f") + '\n';
  return result;
}

bool has(const std::string& text, std::string_view part) {
  if (text.find(part) != text.npos)
    return true;
  CAF_MESSAGE("looked for: " << part << " in: " << text);
  return false;
}

} // namespace

CAF_TEST(what_is_not_mentioned_stays_at_its_default) {
  config settings;
  CAF_CHECK(read_config("{}", settings).empty());
  CAF_CHECK_EQUAL(settings.listen.port, 8000u);
  CAF_CHECK_EQUAL(settings.limits.max_sessions, 18000u);
}

CAF_TEST(every_kind_of_value_is_read) {
  config settings;
  const auto found = read_config(R"({
    // a comment
    "$schema": "./troupe.schema.json",
    "listen": {"port": 0, "path": "/rpc", "allowed_hosts": ["mcp.example.com", "localhost:8000",]},
    "admin": {"enabled": false},
    "limits": {"max_body_bytes": 1024, "max_header_count": 10},
    /* another */
    "timeouts": {"call_timeout_ms": 1500},
    "log": {"level": "debug", "format": "json"},
    "resources": {"directories": [{"path": "/srv/docs", "name": "docs"}]},
  })",
                                 settings);
  for (const auto& problem : found)
    CAF_ERROR(to_string(problem, "f"));
  CAF_CHECK_EQUAL(settings.listen.port, 0u);
  CAF_CHECK_EQUAL(settings.connection.endpoint.path, "/rpc");
  CAF_CHECK_EQUAL(settings.listen.hosts.allowed_hosts.size(), 2u);
  CAF_CHECK(!settings.admin.enabled);
  CAF_CHECK_EQUAL(settings.connection.endpoint.max_body_bytes, 1024u);
  CAF_CHECK_EQUAL(settings.connection.head.max_header_count, 10u);
  CAF_CHECK(settings.session.call_timeout == 1500ms);
  CAF_CHECK(settings.log.level == log_level::debug);
  CAF_CHECK(settings.log.format == log_format::json);
  CAF_REQUIRE_EQUAL(settings.resources.directories.size(), 1u);
  CAF_CHECK_EQUAL(settings.resources.directories[0].path, "/srv/docs");
}

CAF_TEST(an_unknown_key_is_told_with_its_place_and_the_nearest_key) {
  CAF_CHECK_EQUAL(problems("{\n  \"limits\": {\n    \"max_sesions\": 5\n  }\n}"),
                  "f:3:5: limits.max_sesions: unknown key; did you mean \"max_sessions\"?\n");
  CAF_CHECK(has(problems(R"({"limits": {"port": 5}})"),
                "did you mean listen.port, admin.port, cluster.port?"));
  CAF_CHECK(has(problems(R"({"limit": {}})"), "unknown section; did you mean \"limits\"?"));
  CAF_CHECK(has(problems(R"({"io_threads": 2})"), "this key is listen.io_threads"));
  CAF_CHECK(has(problems(R"({"timeouts": {"header_ms": 2}})"), "\"header_timeout_ms\""));
  CAF_CHECK(has(problems(R"({"pool": {"zebra": 2}})"), "in this section there are threads"));
  CAF_CHECK(has(problems(R"({"": {}, "zebra": 1})"), "there are server, listen, "));
}

CAF_TEST(a_wrong_value_is_told_with_what_is_allowed) {
  CAF_CHECK_EQUAL(problems(R"({"listen": {"port": 70000}})"),
                  "f:1:13: listen.port: expected a whole number from 0 to 65535, found 70000\n");
  for (const auto value : {"-1", "1.5", "\"8000\"", "null", "1e3", "99999999999999999999", "[]"})
    CAF_CHECK(has(problems(R"({"listen": {"port": )" + std::string{value} + "}}"), "expected"));
  CAF_CHECK(has(problems(R"({"admin": {"enabled": 1}})"), "expected true or false, found 1"));
  CAF_CHECK(has(problems(R"({"timeouts": {"header_timeout_ms": "10s"}})"),
                "milliseconds from 100 to 3600000, found \"10s\""));
  CAF_CHECK(has(problems(R"({"log": {"level": "warn"}})"),
                "one of trace, debug, info, warning, error, off (did you mean \"warning\"?)"));
  CAF_CHECK(has(problems(R"({"server": {"name": ""}})"), "a text of 1 to 200 bytes"));
  CAF_CHECK(has(problems(R"({"listen": []})"), "expected an object, found an array"));
  CAF_CHECK(has(problems(R"({"listen": {"allowed_hosts": []}})"), "an array of 1 to 256 texts"));
  CAF_CHECK(has(problems(R"({"listen": {"allowed_hosts": [1]}})"), "listen.allowed_hosts[0]"));
  CAF_CHECK(has(problems("[]"), "the configuration is an object, found an array"));
}

CAF_TEST(a_directory_needs_an_absolute_path_and_nothing_unknown) {
  CAF_CHECK(has(problems(R"({"resources": {"directories": [{"path": "files"}]}})"),
                "resources.directories[0]: \"path\" is needed"));
  CAF_CHECK(has(problems(R"({"resources": {"directories": ["/srv"]}})"), "an object like"));
  CAF_CHECK(has(problems(R"({"resources": {"directories": [{"path": "/srv", "depth": 1}]}})"),
                "unknown key; there are path, name, description"));
}

CAF_TEST(a_key_given_twice_is_refused) {
  CAF_CHECK_EQUAL(problems("{\"pool\": {\"threads\": 1,\n\"threads\": 2}}"),
                  "f:2:1: pool.threads: given twice; remove one of them\n");
  CAF_CHECK(has(problems(R"({"pool": {}, "pool": {}})"), "given twice"));
}

CAF_TEST(all_problems_of_a_file_are_told_at_once_and_the_rest_is_read) {
  config settings;
  const auto found = read_config(
      R"({"listen": {"port": "x", "io_threads": 3}, "log": {"levle": 1}, "admin": {"port": -1}})",
      settings);
  CAF_CHECK_EQUAL(found.size(), 3u);
  CAF_CHECK_EQUAL(settings.listen.io_threads, 3u);
  CAF_CHECK_EQUAL(settings.listen.port, 8000u);
}

CAF_TEST(text_that_is_no_json_is_told_with_line_and_column) {
  CAF_CHECK_EQUAL(problems("{\n  \"listen\": {,}\n}"), "f:2:14: unexpected ','\n");
  CAF_CHECK_EQUAL(problems("{}\n}"), "f:2:1: unexpected '}'\n");
  CAF_CHECK(has(problems("{\"listen\": {"), "f:1:13: the text ends too early"));
  CAF_CHECK(has(problems(""), "the text ends too early"));
  CAF_CHECK(has(problems("{\"a\": \"\n\"}"), "f:1:8: unexpected line end"));
  CAF_CHECK(has(problems(std::string(1000, '[')), "f:1:"));
}
