#define CAF_SUITE file_resources

#include "troupe/supervision/file_resources.hpp"

#include "caf/test/unit_test.hpp"

#include "tests/supervision/temporary_folder.hpp"
#include "troupe/protocol/file_uri.hpp"

using namespace troupe;
using namespace troupe::supervision;

namespace {

/// What a client could list and read.
struct fixture {
  temporary_folder folder;
  file_resources files;
  catalog offered;
  resource_options options;

  fixture() {
    folder.write("docs/a.md", "# alpha");
    folder.write("docs/sub/b c.bin", std::string{"\0\xff", 2});
    folder.write("secret", "secret");
    options.directories = {{folder.at("docs"), "Docs", "All documents"}};
    options.max_file_bytes = 100;
  }

  std::size_t apply() {
    const auto set = files.update(options);
    for (const auto& error : set.errors())
      CAF_ERROR(error);
    for (const auto& change : set.changes())
      std::visit([this](const auto& one) { put(one); }, change);
    return set.changes().size();
  }

  void put(const resource_entry& entry) {
    offered.resources.put(std::make_shared<resource_entry>(entry));
  }
  void put(const template_entry& entry) {
    offered.templates.put(std::make_shared<template_entry>(entry));
  }
  void put(const removal& one) {
    if (one.kind == entry_kind::resource)
      CAF_CHECK(offered.resources.remove(one.key));
    else
      CAF_CHECK(offered.templates.remove(one.key));
  }
  template<class Other>
  void put(const Other&) {
    CAF_ERROR("neither a resource nor a template");
  }

  std::string uri(const std::string& relative) const {
    return protocol::file_uri_from_path(folder.at(relative));
  }

  std::string read(const std::string& asked) {
    const auto reader = offered.find_reader(asked);
    if (!reader)
      return "(no handler)";
    call_data_ptr data{new call_data};
    data->client = new client;
    data->name = asked;
    auto result = reader->run->function()(call{data});
    if (const auto* error = std::get_if<rpc_error>(&result.value))
      return '(' + std::to_string(error->code) + ')';
    const auto& contents = std::get<read_result>(result.value).contents.at(0);
    CAF_CHECK_EQUAL(contents.uri, asked);
    return contents.mime_type + (contents.is_blob ? " blob " : " text ") + contents.data;
  }

  std::string listed() const {
    std::string result;
    for (const auto& entry : offered.resources.entries())
      result += entry->description.name + ' ';
    return result;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(file_resources_tests, fixture)

CAF_TEST(files_are_listed_and_read_as_text_or_blob) {
  CAF_CHECK_EQUAL(apply(), 3u);
  CAF_CHECK_EQUAL(listed(), "a.md sub/b c.bin ");
  CAF_CHECK_EQUAL(read(uri("docs/a.md")), "text/markdown text # alpha");
  CAF_CHECK_EQUAL(read(uri("docs/sub/b c.bin")), "application/octet-stream blob AP8=");
  const auto& entry = *offered.templates.entries().at(0);
  CAF_CHECK_EQUAL(entry.description.name, "Docs");
  CAF_CHECK(entry.description.uri_template.ends_with("/docs/{+path}"));
}

CAF_TEST(a_file_without_extension_is_listed_with_the_type_it_is_read_with) {
  folder.write("docs/README", "read me");
  folder.write("docs/core", std::string(2, '\0'));
  apply();
  const auto type = [&](const std::string& name) {
    return offered.resources.find(uri(name))->description.mime_type;
  };
  CAF_CHECK_EQUAL(type("docs/README"), "text/plain");
  CAF_CHECK_EQUAL(read(uri("docs/README")), "text/plain text read me");
  CAF_CHECK_EQUAL(type("docs/core"), "application/octet-stream");
}

CAF_TEST(a_file_that_came_later_is_read_by_the_template) {
  apply();
  folder.write("docs/later.txt", "late");
  CAF_CHECK_EQUAL(read(uri("docs/later.txt")), "text/plain text late");
  CAF_CHECK_EQUAL(listed(), "a.md sub/b c.bin ");
}

CAF_TEST(traversal_is_refused_however_it_is_written) {
  apply();
  const auto docs = uri("docs");
  for (const auto path : {"/../secret", "/sub/../../secret", "/%2e%2e/secret", "/..%2fsecret",
                          "/%2E%2E%2Fsecret", "//secret", "/a.md%00", "/sub/..\\..\\secret"})
    CAF_CHECK(read(docs + path) == "(-32602)" || read(docs + path) == "(no handler)");
  CAF_CHECK_EQUAL(read(docs + "/%252e%252e/secret"), "(-32002)");
  CAF_CHECK_EQUAL(read(uri("secret")), "(no handler)");
}

CAF_TEST(a_link_out_of_the_directory_is_not_found) {
  std::filesystem::create_symlink(folder.at("secret"), folder.path() / "docs" / "link");
  apply();
  CAF_CHECK_EQUAL(listed(), "a.md sub/b c.bin ");
  CAF_CHECK_EQUAL(read(uri("docs/link")), "(-32002)");
}

CAF_TEST(a_missing_or_large_file_is_an_error_that_tells_why) {
  apply();
  folder.write("docs/large", std::string(101, 'x'));
  CAF_CHECK_EQUAL(read(uri("docs/missing")), "(-32002)");
  CAF_CHECK_EQUAL(read(uri("docs/large")), "(-32602)");
}

CAF_TEST(a_reload_changes_only_what_is_different) {
  apply();
  CAF_CHECK_EQUAL(apply(), 0u);
  folder.write("docs/new", "");
  std::filesystem::remove(folder.at("docs/a.md"));
  CAF_CHECK_EQUAL(apply(), 2u);
  CAF_CHECK_EQUAL(listed(), "sub/b c.bin new ");
  options.directories[0].name = "Papers";
  CAF_CHECK_EQUAL(apply(), 1u);
  options.directories.clear();
  CAF_CHECK_EQUAL(apply(), 3u);
  CAF_CHECK_EQUAL(offered.templates.size(), 0u);
  CAF_CHECK_EQUAL(offered.resources.size(), 0u);
}

CAF_TEST(the_size_limit_can_change_while_serving) {
  apply();
  options.max_file_bytes = 3;
  CAF_CHECK_EQUAL(apply(), 0u);
  CAF_CHECK_EQUAL(read(uri("docs/a.md")), "(-32602)");
}

CAF_TEST(no_more_files_are_listed_than_allowed) {
  options.max_listed = 1;
  apply();
  CAF_CHECK_EQUAL(listed(), "a.md ");
}

CAF_TEST(a_directory_that_cannot_be_served_changes_nothing) {
  apply();
  options.directories.push_back({folder.at("missing"), "", ""});
  CAF_CHECK_EQUAL(apply(), 0u);
  CAF_CHECK_EQUAL(files.errors().size(), 1u);
  options.directories = {{folder.at("docs/../docs"), "", ""}, {"/", "", ""}};
  CAF_CHECK_EQUAL(apply(), 0u);
  CAF_CHECK_EQUAL(files.errors().size(), 2u);
  CAF_CHECK_EQUAL(read(uri("docs/a.md")), "text/markdown text # alpha");
}

CAF_TEST_FIXTURE_SCOPE_END()
