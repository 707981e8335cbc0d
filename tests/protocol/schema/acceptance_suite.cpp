#include "tests/protocol/schema/acceptance_suite.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace troupe::protocol::test {

namespace {

namespace fs = std::filesystem;

constexpr auto installed = "/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance";

json::value read_json(const fs::path& file) {
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return json::parse(text);
}

std::vector<fs::path> json_files(const fs::path& folder, bool recursive) {
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(folder), end; at != end; ++at) {
    if (at->is_directory() && !recursive)
      at.disable_recursion_pending();
    else if (at->path().extension() == ".json")
      files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string text_of(const json::value& object, const char* member) {
  return json::value_to<std::string>(object.at(member));
}

void ask_group(const json::value& group, const std::string& name, const schema_options& options,
               std::vector<suite_answer>& answers) {
  const auto schema = json_schema::compile(group.at("schema"), options);
  for (const auto& test : group.at("tests").as_array()) {
    suite_answer answer{name + ": " + text_of(group, "description") + ": " +
                            text_of(test, "description"),
                        false,
                        {}};
    if (!schema) {
      answer.refusal = to_string(schema.error());
    } else {
      const auto& data = test.at("data");
      const bool accepted = (*schema)->accepts(data);
      // Both ways of asking must agree.
      answer.is_right =
          accepted == test.at("valid").as_bool() && accepted == (*schema)->check(data).empty();
    }
    answers.push_back(std::move(answer));
  }
}

} // namespace

acceptance_suite::acceptance_suite() {
  const auto* chosen = std::getenv("TROUPE_JSON_SCHEMA_SUITE");
  root_ = chosen == nullptr ? installed : chosen;
  if (!fs::is_directory(root_ / "tests") || !fs::is_directory(root_ / "remotes"))
    throw std::runtime_error("the JSON-Schema-Test-Suite is not in " + root_.string() +
                             ": run ./dev test, which installs it, or apt-get install "
                             "libtest-json-schema-acceptance-perl");
  for (const auto& file : json_files(root_ / "remotes", true))
    documents_.emplace("http://localhost:1234/" +
                           file.lexically_relative(root_ / "remotes").string(),
                       read_json(file));
}

std::vector<suite_answer> acceptance_suite::ask(const std::string& draft, bool optional) const {
  schema_options options;
  options.default_draft = draft == "draft7" ? schema_draft::draft_07 : schema_draft::draft_2020_12;
  options.assert_formats = optional;
  options.documents = &documents_;
  const auto start = root_ / "tests" / draft;
  std::vector<suite_answer> answers;
  for (const auto& file : json_files(optional ? start / "optional" : start, optional)) {
    const auto name = draft + "/" + file.lexically_relative(start).replace_extension().string();
    const auto groups = read_json(file);
    for (const auto& group : groups.as_array())
      ask_group(group, name, options, answers);
  }
  return answers;
}

} // namespace troupe::protocol::test
