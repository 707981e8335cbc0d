#define CAF_SUITE startup_pages

#include "troupe/supervision/startup_pages.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "caf/test/unit_test.hpp"

using namespace troupe::supervision;

namespace {

std::vector<address_range> read(const std::string& text) {
  std::istringstream smaps{text};
  return unchanged_file_mappings(smaps);
}

std::string mapping(const std::string& head, int anonymous_kb) {
  return head + "\nSize:   64 kB\nRss:    8 kB\nAnonymous:        " + std::to_string(anonymous_kb) +
         " kB\nVmFlags: rd ex mr mw me \n";
}

std::size_t resident_kb() {
  std::ifstream rollup{"/proc/self/smaps_rollup"};
  for (std::string word; rollup >> word;)
    if (std::size_t kb = 0; word == "Rss:" && rollup >> kb)
      return kb;
  return 0;
}

constexpr std::size_t page = 4096;

/// A private, read-only mapping of a file of four pages of 'f', whose first page was changed to 'c'.
struct changed_mapping {
  char* bytes = nullptr;

  changed_mapping() {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), std::fclose};
    const std::string content(4 * page, 'f');
    CAF_REQUIRE_EQUAL(std::fwrite(content.data(), 1, content.size(), file.get()), content.size());
    std::fflush(file.get());
    void* const at = ::mmap(nullptr, content.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE,
                            ::fileno(file.get()), 0);
    CAF_REQUIRE(at != MAP_FAILED);
    bytes = static_cast<char*>(at);
    std::memset(bytes, 'c', page);
    ::mprotect(bytes, content.size(), PROT_READ);
  }
  changed_mapping(const changed_mapping&) = delete;
  changed_mapping& operator=(const changed_mapping&) = delete;
  ~changed_mapping() { ::munmap(bytes, 4 * page); }
};

} // namespace

CAF_TEST(code_and_constants_of_a_file_are_unchanged) {
  const auto text =
      mapping("00400000-00410000 r--p 00000000 fe:00 1234       /usr/bin/troupe", 0) +
      mapping("7f0000000000-7f0000010000 r-xp 00010000 fe:00 1234  /usr/bin/troupe", 0);
  const std::vector<address_range> both{{0x400000, 0x410000}, {0x7f0000000000, 0x7f0000010000}};
  CAF_CHECK(read(text) == both);
}

CAF_TEST(a_mapping_with_a_page_of_its_own_is_left_alone) {
  CAF_CHECK(read(mapping("1000-2000 r--p 00000000 fe:00 1234  /usr/lib/libc.so.6", 4)).empty());
}

CAF_TEST(what_is_writable_shared_or_of_no_file_is_left_alone) {
  CAF_CHECK(read(mapping("1000-2000 rw-p 00000000 fe:00 1234  /usr/lib/libc.so.6", 0)).empty());
  CAF_CHECK(read(mapping("1000-2000 r--s 00000000 fe:00 1234  /var/cache/x", 0)).empty());
  CAF_CHECK(read(mapping("1000-2000 ---p 00000000 fe:00 1234  /usr/lib/libc.so.6", 0)).empty());
  CAF_CHECK(read(mapping("1000-2000 r-xp 00000000 00:00 0     [vdso]", 0)).empty());
  CAF_CHECK(read(mapping("1000-2000 r--p 00000000 00:00 0", 0)).empty());
}

CAF_TEST(what_cannot_be_understood_is_left_alone) {
  CAF_CHECK(read("").empty());
  CAF_CHECK(read("1000-2000\nAnonymous: 0 kB\n").empty());
  CAF_CHECK(read("1000-xyz r--p 00000000 fe:00 1234  /usr/bin/troupe\nAnonymous: 0 kB\n").empty());
  CAF_CHECK(read("Anonymous: 0 kB\n").empty());
  // An older kernel without the line.
  CAF_CHECK(read("1000-2000 r--p 00000000 fe:00 1234  /usr/bin/troupe\nRss: 8 kB\n").empty());
}

CAF_TEST(a_process_goes_on_with_less_memory) {
  const changed_mapping changed;
  const auto before = resident_kb();
  release_startup_pages();
  const auto after = resident_kb();
  CAF_CHECK(before > 0);
  // What this program and its libraries have mapped to start is megabytes.
  CAF_CHECK(after + 1024 < before);
  CAF_CHECK_EQUAL(changed.bytes[0], 'c');
  CAF_CHECK_EQUAL(changed.bytes[page], 'f');
  release_startup_pages();
  CAF_CHECK_EQUAL(changed.bytes[0], 'c');
}
