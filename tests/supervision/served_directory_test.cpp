#define CAF_SUITE served_directory

#include "troupe/supervision/served_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "caf/test/unit_test.hpp"

#include "tests/supervision/temporary_folder.hpp"
#include "troupe/supervision/file_type.hpp"

using namespace troupe::supervision;

namespace {

struct fixture {
  temporary_folder folder;
  served_directory directory{folder.at("public")};

  fixture() {
    folder.write("secret.txt", "secret");
    folder.write("public/a.txt", "alpha");
    folder.write("public/sub/b.txt", "beta");
    CAF_REQUIRE_EQUAL(directory.open(), "");
  }

  std::string text(std::string_view relative, std::size_t most = 1000) {
    auto result = directory.read(relative, most);
    if (auto* bytes = std::get_if<std::string>(&result))
      return *bytes;
    switch (std::get<read_failure>(result)) {
    case read_failure::not_found:
      return "(not found)";
    case read_failure::too_large:
      return "(too large)";
    case read_failure::failed:
      break;
    }
    return "(failed)";
  }

  void link(const std::string& target, const std::string& name) {
    std::filesystem::create_symlink(target, folder.path() / "public" / name);
  }
};

std::string joined(const std::vector<std::string>& names) {
  std::string result;
  for (const auto& name : names)
    result += name + ' ';
  return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(served_directory_tests, fixture)

CAF_TEST(files_below_are_read) {
  CAF_CHECK_EQUAL(text("a.txt"), "alpha");
  CAF_CHECK_EQUAL(text("sub/b.txt"), "beta");
  folder.write("public/empty", "");
  CAF_CHECK_EQUAL(text("empty"), "");
}

CAF_TEST(no_path_leads_out) {
  for (const auto path : {"../secret.txt", "sub/../../secret.txt", "/etc/passwd", "..", ".", "",
                          "sub/", "./a.txt", "/", "sub/../a.txt"})
    CAF_CHECK_EQUAL(text(path), "(not found)");
  CAF_CHECK_EQUAL(text(std::string_view{"a.txt\0x", 7}), "(not found)");
}

CAF_TEST(no_link_leads_out) {
  link("../secret.txt", "up");
  link("/etc/passwd", "absolute");
  link("..", "parent");
  link("sub/../../secret.txt", "round");
  link("/proc/self/root/etc/passwd", "magic");
  link("loop", "loop");
  for (const auto path : {"up", "absolute", "parent/secret.txt", "round", "magic", "loop"})
    CAF_CHECK_EQUAL(text(path), "(not found)");
}

CAF_TEST(what_is_no_regular_file_is_not_there_and_opening_it_does_not_wait) {
  CAF_REQUIRE_EQUAL(mkfifo(folder.at("public/pipe").c_str(), 0600), 0);
  CAF_CHECK_EQUAL(text("pipe"), "(not found)");
  CAF_CHECK_EQUAL(text("sub"), "(not found)");
}

CAF_TEST(names_that_begin_with_a_dot_are_not_there) {
  folder.write("public/.env", "token");
  folder.write("public/.git/config", "token");
  folder.write("public/sub/.hidden", "token");
  for (const auto path : {".env", ".git/config", "sub/.hidden"})
    CAF_CHECK_EQUAL(text(path), "(not found)");
  CAF_CHECK_EQUAL(joined(directory.list(100)), "a.txt sub/b.txt ");
}

CAF_TEST(a_file_at_the_limit_is_read_and_a_larger_one_is_not) {
  CAF_CHECK_EQUAL(text("a.txt", 5), "alpha");
  CAF_CHECK_EQUAL(text("a.txt", 4), "(too large)");
}

CAF_TEST(the_start_of_a_file_tells_its_kind) {
  CAF_CHECK_EQUAL(directory.start_of("a.txt", 3), "alp");
  CAF_CHECK_EQUAL(directory.start_of("a.txt", 100), "alpha");
  CAF_CHECK_EQUAL(directory.start_of("missing", 100), "");
}

CAF_TEST(a_directory_that_is_replaced_is_served_after_it_is_opened_again) {
  std::filesystem::rename(folder.at("public"), folder.at("old"));
  folder.write("public/a.txt", "new");
  CAF_CHECK_EQUAL(text("a.txt"), "alpha");
  CAF_CHECK_EQUAL(directory.open(), "");
  CAF_CHECK_EQUAL(text("a.txt"), "new");
}

CAF_TEST(a_directory_that_is_not_there_is_an_error_text) {
  served_directory missing{folder.at("missing")};
  CAF_CHECK(missing.open().find("No such file or directory") != std::string::npos);
  CAF_CHECK(std::holds_alternative<read_failure>(missing.read("a", 1)));
}

CAF_TEST(the_list_is_sorted_bounded_and_without_links) {
  folder.write("public/c.txt", "");
  folder.write("public/aa/z", "");
  link("a.txt", "link");
  CAF_CHECK_EQUAL(joined(directory.list(100)), "a.txt aa/z c.txt sub/b.txt ");
  CAF_CHECK_EQUAL(joined(directory.list(2)), "a.txt aa/z ");
  CAF_CHECK_EQUAL(joined(directory.list(0)), "");
}

CAF_TEST(types_are_known_by_extension_and_text_by_its_bytes) {
  CAF_CHECK_EQUAL(media_type_of("/x.y/Report.PDF"), "application/pdf");
  CAF_CHECK_EQUAL(media_type_of("a.tar.gz"), "application/gzip");
  CAF_CHECK_EQUAL(media_type_of("/x.md/README"), "");
  CAF_CHECK_EQUAL(media_type_of(".md"), "");
  CAF_CHECK_EQUAL(media_type_of("a.unknown"), "");
  CAF_CHECK(is_text("h\xc3\xa9"));
  CAF_CHECK(!is_text("\xff"));
  CAF_CHECK(!is_text(std::string_view{"a\0b", 3}));
  CAF_CHECK(begins_like_text("h\xc3"));
  CAF_CHECK(begins_like_text(""));
  CAF_CHECK(!begins_like_text("h\xff\xff\xff\xff"));
}

CAF_TEST_FIXTURE_SCOPE_END()
