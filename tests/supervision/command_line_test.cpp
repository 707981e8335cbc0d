#define CAF_SUITE command_line

#include "troupe/supervision/command_line.hpp"

#include <sstream>

#include "caf/test/unit_test.hpp"

#include "tests/supervision/temporary_folder.hpp"
#include "troupe/supervision/config_reader.hpp"

using namespace troupe::supervision;

namespace {

struct fixture {
  temporary_folder folder;
  std::ostringstream out;
  std::ostringstream err;

  std::string file(const std::string& text) { return folder.write("troupe.json", text); }

  std::variant<start_plan, exit_now> run(std::vector<std::string> arguments) {
    std::vector<const char*> argv{"troupe"};
    for (const auto& argument : arguments)
      argv.push_back(argument.c_str());
    return read_command_line(static_cast<int>(argv.size()), argv.data(), out, err);
  }

  int exit_code(std::vector<std::string> arguments) {
    const auto result = run(std::move(arguments));
    return std::holds_alternative<exit_now>(result) ? std::get<exit_now>(result).code : -1;
  }

  config started(std::vector<std::string> arguments) {
    const auto result = run(std::move(arguments));
    CAF_REQUIRE(std::holds_alternative<start_plan>(result));
    return std::get<start_plan>(result).settings;
  }

  bool complained(std::string_view part) const {
    CAF_MESSAGE(err.str());
    return err.str().find(part) != std::string::npos;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_line_tests, fixture)

CAF_TEST(without_options_the_defaults_are_served) {
  const auto settings = started({});
  CAF_CHECK_EQUAL(settings.listen.address, "127.0.0.1");
  CAF_CHECK_EQUAL(settings.listen.port, 8000u);
  CAF_CHECK_EQUAL(settings.admin.port, 9464u);
  CAF_CHECK(!settings.session.server_version.empty());
  CAF_CHECK(out.str().empty());
}

CAF_TEST(options_override_the_file) {
  const auto path = file(R"({"listen": {"port": 1, "address": "10.0.0.1", "io_threads": 7}})");
  const auto settings = started({"--config", path, "--listen", "[::1]:0", "--admin=off"});
  CAF_CHECK_EQUAL(settings.listen.address, "::1");
  CAF_CHECK_EQUAL(settings.listen.port, 0u);
  CAF_CHECK_EQUAL(settings.listen.io_threads, 7u);
  CAF_CHECK(!settings.admin.enabled);
}

CAF_TEST(an_admin_address_switches_the_endpoint_on) {
  const auto path = file(R"({"admin": {"enabled": false}})");
  const auto settings = started({"--config", path, "--admin", "127.0.0.2:9000"});
  CAF_CHECK(settings.admin.enabled);
  CAF_CHECK_EQUAL(settings.admin.address, "127.0.0.2");
  CAF_CHECK_EQUAL(settings.admin.port, 9000u);
}

CAF_TEST(help_lists_what_works_and_nothing_else) {
  CAF_CHECK_EQUAL(exit_code({"--help"}), 0);
  for (const auto option : {"--config", "--listen", "--admin", "--stdio", "--check-config",
                            "--print-config", "--version", "--help"})
    CAF_CHECK(out.str().find(option) != std::string::npos);
}

CAF_TEST(the_version_is_one_line_on_stdout) {
  CAF_CHECK_EQUAL(exit_code({"--version"}), 0);
  CAF_CHECK(out.str().starts_with("troupe "));
  CAF_CHECK_EQUAL(out.str().find('\n'), out.str().size() - 1);
}

CAF_TEST(bad_usage_ends_with_two_and_says_what_was_wrong) {
  CAF_CHECK_EQUAL(exit_code({"--stdin"}), 2);
  CAF_CHECK(complained("--stdin"));
  CAF_CHECK_EQUAL(exit_code({"serve"}), 2);
  CAF_CHECK_EQUAL(exit_code({"--config"}), 2);
  for (const auto text : {"8000", "127.0.0.1", ":8000", "127.0.0.1:", "127.0.0.1:70000", "::1:80",
                          "127.0.0.1:80x", "[]:80"})
    CAF_CHECK_EQUAL(exit_code({"--listen", text}), 2);
  CAF_CHECK(complained("--listen: expected ADDR:PORT"));
  CAF_CHECK_EQUAL(exit_code({"--listen", "localhost:80"}), 2);
  CAF_CHECK(complained("names are not resolved"));
  CAF_CHECK_EQUAL(exit_code({"--admin", "on"}), 2);
  CAF_CHECK(complained("or off"));
  CAF_CHECK(out.str().empty());
}

CAF_TEST(a_file_that_cannot_be_read_ends_with_two) {
  CAF_CHECK_EQUAL(exit_code({"--config", folder.at("missing.json")}), 2);
  CAF_CHECK(complained("missing.json: cannot be read: No such file"));
  CAF_CHECK_EQUAL(exit_code({"--config", folder.path()}), 2);
}

CAF_TEST(check_config_tells_every_problem_with_its_place) {
  const auto path = file("{\n\"limits\": {\"max_sesions\": 1},\n\"log\": {\"level\": 7}}");
  CAF_CHECK_EQUAL(exit_code({"--check-config", "--config", path}), 2);
  CAF_CHECK(complained("troupe.json:2:12: limits.max_sesions: unknown key"));
  CAF_CHECK(complained("troupe.json:3:9: log.level: expected one of"));
  CAF_CHECK(complained("2 problems"));
}

CAF_TEST(check_config_says_ok_in_one_line) {
  const auto path = file("{}");
  CAF_CHECK_EQUAL(exit_code({"--check-config", "--config", path}), 0);
  CAF_CHECK(out.str().starts_with("OK: "));
  CAF_CHECK_EQUAL(out.str().find('\n'), out.str().size() - 1);
}

CAF_TEST(print_config_shows_what_is_in_force) {
  const auto path = file(R"({"limits": {"max_sessions": 12}})");
  CAF_CHECK_EQUAL(exit_code({"--print-config", "--config", path, "--listen", "0.0.0.0:81"}), 0);
  config again;
  CAF_CHECK(read_config(out.str(), again).empty());
  CAF_CHECK_EQUAL(again.limits.max_sessions, 12u);
  CAF_CHECK_EQUAL(again.listen.port, 81u);
}

CAF_TEST(a_reload_reads_the_file_anew_and_keeps_the_overrides) {
  command_line line{file("{}"), "127.0.0.1:5", {}};
  file(R"({"listen": {"port": 6}, "log": {"level": "debug"}})");
  auto loaded = load_config(line);
  CAF_REQUIRE(std::holds_alternative<config>(loaded));
  CAF_CHECK_EQUAL(std::get<config>(loaded).listen.port, 5u);
  CAF_CHECK(std::get<config>(loaded).log.level == log_level::debug);
  file("{");
  CAF_CHECK(std::holds_alternative<std::vector<std::string>>(load_config(line)));
}

CAF_TEST_FIXTURE_SCOPE_END()
