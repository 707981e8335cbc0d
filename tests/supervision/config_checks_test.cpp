#define CAF_SUITE config_checks

#include "troupe/supervision/config_checks.hpp"

#include "caf/test/unit_test.hpp"

#include "troupe/supervision/config_reader.hpp"
#include "troupe/supervision/descriptor_limit.hpp"

using namespace troupe::supervision;
using namespace std::chrono_literals;

namespace {

/// The path of the only problem.
std::string problem_of(config settings) {
  const auto found = finish(settings);
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_MESSAGE(to_string(found[0], ""));
  return found[0].path;
}

} // namespace

CAF_TEST(addresses_must_be_numeric) {
  config settings;
  settings.listen.address = "localhost";
  CAF_CHECK_EQUAL(problem_of(settings), "listen.address");
  settings.listen.address = "::1";
  CAF_CHECK(finish(settings).empty());
  settings.admin.address = "1.2.3";
  CAF_CHECK_EQUAL(problem_of(settings), "admin.address");
  settings.admin.enabled = false;
  CAF_CHECK(finish(settings).empty());
}

CAF_TEST(both_endpoints_cannot_have_one_port) {
  config settings;
  settings.admin.port = settings.listen.port;
  CAF_CHECK_EQUAL(problem_of(settings), "admin.port");
  settings.admin.port = settings.listen.port = 0;
  CAF_CHECK(finish(settings).empty());
}

CAF_TEST(the_path_must_be_one_of_a_url) {
  for (const auto path : {"mcp", "/a b", "/mcp?x", "/\n", "/mcp#a"}) {
    config settings;
    settings.connection.endpoint.path = path;
    CAF_CHECK_EQUAL(problem_of(settings), "listen.path");
  }
}

CAF_TEST(host_rules_are_compiled_or_refused) {
  config settings;
  settings.listen.hosts.allowed_hosts = {"mcp.example.com"};
  CAF_CHECK(finish(settings).empty());
  CAF_CHECK(settings.connection.endpoint.hosts.allows_host("mcp.example.com"));
  CAF_CHECK(!settings.connection.endpoint.hosts.allows_host("localhost"));
  settings.listen.hosts.allowed_hosts = {"not a host"};
  CAF_CHECK_EQUAL(problem_of(settings), "listen");
}

CAF_TEST(timeouts_must_fit_each_other) {
  config settings;
  settings.session.call_timeout = 1h;
  CAF_CHECK_EQUAL(problem_of(settings), "timeouts.answer_timeout_ms");
  settings.connection.answer_timeout = 2h;
  CAF_CHECK(finish(settings).empty());
  settings.session.idle_timeout = 48h;
  CAF_CHECK_EQUAL(problem_of(settings), "timeouts.session_idle_timeout_with_stream_ms");
}

CAF_TEST(what_is_replayed_must_fit_into_the_output_of_a_connection) {
  config settings;
  settings.connection.max_output_bytes = settings.session.replay_bytes;
  CAF_CHECK(finish(settings).empty());
  --settings.connection.max_output_bytes;
  CAF_CHECK_EQUAL(problem_of(settings), "streams.replay_bytes");
}

CAF_TEST(a_problem_of_several_settings_names_the_line_of_one_that_the_file_has) {
  const auto first_problem = [](std::string_view text) {
    config settings;
    config_positions positions;
    CAF_CHECK(read_config(text, settings, &positions).empty());
    const auto found = finish(settings, positions);
    CAF_REQUIRE_EQUAL(found.size(), 1u);
    return to_string(found[0], "f");
  };
  const auto begins = [](std::string_view text, std::string_view with) {
    CAF_MESSAGE(std::string{text});
    return text.starts_with(with);
  };
  CAF_CHECK(begins(first_problem("{\n\"streams\": {\n\"replay_bytes\": 2000000}}"),
                   "f:3:1: streams.replay_bytes: expected at most limits.max_output_bytes"));
  CAF_CHECK(begins(first_problem("{\"limits\": {\n \"max_output_bytes\": 70000}}"),
                   "f:2:2: streams.replay_bytes: "));
  CAF_CHECK(begins(first_problem("{\"timeouts\": {\n\"call_timeout_ms\": 3600000}}"),
                   "f:2:1: timeouts.answer_timeout_ms: "));
  CAF_CHECK(begins(first_problem("{\n\"admin\": {\"port\": 8000}}"), "f:2:11: admin.port: "));
  CAF_CHECK(begins(first_problem("{\n\n\"listen\": {\"allowed_hosts\": [\"not a host\"]}}"),
                   "f:3:1: listen: "));
}

CAF_TEST(a_directory_is_served_once) {
  config settings;
  settings.resources.directories = {{"/a", "", ""}, {"/a", "x", ""}};
  CAF_CHECK_EQUAL(problem_of(settings), "resources.directories");
}

CAF_TEST(limits_above_the_descriptors_are_lowered_with_a_warning_that_names_both) {
  config settings;
  settings.listen.io_threads = 2;
  settings.pool.threads = 4;
  const auto warnings = fit_limits(settings, 1024);
  CAF_REQUIRE_EQUAL(warnings.size(), 2u);
  CAF_CHECK_LESS(settings.limits.max_connections, 1024u);
  CAF_CHECK_GREATER(settings.limits.max_connections, 700u);
  CAF_CHECK_EQUAL(settings.limits.max_sessions, settings.limits.max_connections);
  CAF_CHECK_LESS_OR_EQUAL(settings.limits.max_uninitialized_sessions, settings.limits.max_sessions);
  CAF_CHECK(warnings[0].find("19000") != std::string::npos);
  CAF_CHECK(warnings[0].find(std::to_string(settings.limits.max_connections)) != std::string::npos);
}

CAF_TEST(twenty_thousand_descriptors_are_enough_for_the_defaults) {
  config settings;
  CAF_CHECK(fit_limits(settings, 20000).empty());
  CAF_CHECK_EQUAL(settings.limits.max_connections, 19000u);
  CAF_CHECK_EQUAL(settings.limits.max_sessions, 18000u);
}

CAF_TEST(the_soft_limit_of_descriptors_is_raised_and_told) {
  CAF_CHECK_GREATER(raise_descriptor_limit(), 0u);
}
