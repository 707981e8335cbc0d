#define CAF_SUITE config_files

// configs/troupe.json and configs/troupe.schema.json are made from the table of settings. After a
// change of the table: TROUPE_WRITE_CONFIGS=1 build/debug/tests/troupe-test-supervision config_files

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <boost/json.hpp>

#include "caf/test/unit_test.hpp"

#include "troupe/supervision/config_changes.hpp"
#include "troupe/supervision/config_checks.hpp"
#include "troupe/supervision/config_printer.hpp"
#include "troupe/supervision/config_reader.hpp"
#include "troupe/supervision/config_table.hpp"

using namespace troupe::supervision;

namespace {

const std::string folder = TROUPE_CONFIGS;

std::string read(const std::string& name) {
  std::ifstream file{folder + '/' + name};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void compare(const std::string& name, const std::string& made) {
  if (std::getenv("TROUPE_WRITE_CONFIGS"))
    std::ofstream{folder + '/' + name} << made;
  if (read(name) != made)
    CAF_ERROR("configs/" << name << " does not match config_table.cpp; write it anew with "
                         << "TROUPE_WRITE_CONFIGS=1 troupe-test-supervision config_files");
  CAF_CHECK(!made.empty());
}

} // namespace

CAF_TEST(the_files_in_configs_show_every_setting_at_its_default) {
  compare("troupe.json", commented_config());
  compare("troupe.schema.json", config_schema());
}

CAF_TEST(what_is_printed_can_be_read_and_means_the_same) {
  config settings;
  for (const auto& text : {print_config(settings), commented_config()}) {
    config again;
    again.listen.port = 1;
    for (const auto& problem : read_config(text, again))
      CAF_ERROR(to_string(problem, "printed"));
    CAF_CHECK(changes_between(settings, again).empty());
  }
}

CAF_TEST(values_that_need_escapes_survive_printing) {
  config settings;
  settings.session.instructions = "say \"hi\"\n\\ and // go";
  settings.resources.directories = {{"/srv/\"x\"", "n", "d\n"}, {"/y", "", ""}};
  settings.listen.hosts.allowed_hosts = {"a", "[::1]:80"};
  config again;
  CAF_CHECK(read_config(print_config(settings), again).empty());
  CAF_CHECK(changes_between(settings, again).empty());
}

CAF_TEST(every_setting_is_in_a_section_with_a_sentence_and_has_a_default_in_range) {
  std::set<std::string_view> paths;
  for (const auto& one : settings()) {
    CAF_CHECK(paths.insert(one.path).second);
    CAF_CHECK(!about_section(one.section()).empty());
    CAF_CHECK(one.about.ends_with('.'));
    CAF_CHECK_EQUAL(find_setting(one.path), &one);
  }
  config defaults;
  CAF_CHECK(finish(defaults).empty());
}

CAF_TEST(every_duration_and_size_has_its_unit_in_its_name) {
  config defaults;
  for (const auto& one : settings())
    if (std::holds_alternative<std::chrono::milliseconds*>(one.member(defaults)))
      CAF_CHECK(one.path.ends_with("_ms"));
}

CAF_TEST(the_schema_is_json_and_knows_every_setting) {
  const auto schema = boost::json::parse(config_schema());
  const auto& sections = schema.at("properties").as_object();
  for (const auto& one : settings()) {
    const auto& section = sections.at(one.section()).as_object();
    CAF_CHECK(section.at("properties").as_object().contains(one.key()));
    CAF_CHECK_EQUAL(section.at("additionalProperties").as_bool(), false);
  }
}

CAF_TEST(a_reload_knows_what_changed_and_what_takes_effect) {
  config before;
  config after;
  after.log.level = log_level::debug;
  after.listen.port = 9000;
  const auto changes = changes_between(before, after);
  CAF_REQUIRE_EQUAL(changes.size(), 2u);
  CAF_CHECK_EQUAL(changes[0].path, "listen.port");
  CAF_CHECK(!changes[0].live);
  CAF_CHECK_EQUAL(changes[1].path, "log.level");
  CAF_CHECK(changes[1].live);
}
