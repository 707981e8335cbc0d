#include "troupe/supervision/startup_pages.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

#include <malloc.h>
#include <sys/mman.h>

namespace troupe::supervision {

namespace {

/// Takes the first word off a line, and the spaces behind it.
std::string_view take_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(std::min(line.find_first_not_of(' ', end), line.size()));
  return word;
}

std::optional<std::uintptr_t> read_address(std::string_view text) {
  std::uintptr_t address = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), address, 16);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return address;
}

/// "55d0-55e0 r-xp 00000000 fe:00 1234   /usr/bin/troupe" begins a mapping; "Rss:   4 kB" does not.
std::optional<address_range> read_range(std::string_view word) {
  const auto dash = word.find('-');
  if (dash == word.npos)
    return std::nullopt;
  const auto begin = read_address(word.substr(0, dash));
  const auto end = read_address(word.substr(dash + 1));
  if (!begin || !end)
    return std::nullopt;
  return address_range{*begin, *end};
}

bool is_read_only_file(std::string_view rest) {
  const auto permissions = take_word(rest);
  take_word(rest); // offset
  take_word(rest); // device
  take_word(rest); // inode
  return permissions.starts_with("r-") && permissions.ends_with('p') && rest.starts_with('/');
}

} // namespace

std::vector<address_range> unchanged_file_mappings(std::istream& smaps) {
  std::vector<address_range> found;
  std::optional<address_range> candidate;
  for (std::string line; std::getline(smaps, line);) {
    std::string_view rest{line};
    const auto word = take_word(rest);
    if (const auto range = read_range(word)) {
      candidate.reset();
      if (is_read_only_file(rest))
        candidate = range;
    } else if (candidate && word == "Anonymous:") {
      if (rest == "0 kB")
        found.push_back(*candidate);
      candidate.reset();
    }
  }
  return found;
}

void release_startup_pages() {
  ::malloc_trim(0);
  std::ifstream smaps{"/proc/self/smaps"};
  for (const auto& range : unchanged_file_mappings(smaps)) {
    auto* const begin = reinterpret_cast<void*>(range.begin); // NOLINT(performance-no-int-to-ptr)
    // Of locked memory nothing is given back, which is what the one who locked it wants.
    ::madvise(begin, range.end - range.begin, MADV_DONTNEED);
  }
}

} // namespace troupe::supervision
