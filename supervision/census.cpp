#include "troupe/supervision/census.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace troupe::supervision {

namespace {

template<class Counts>
std::size_t count_entries(const char* folder, Counts&& counts) {
  std::size_t result = 0;
  std::error_code failed;
  for (std::filesystem::directory_iterator at{folder, failed}, end; !failed && at != end;
       at.increment(failed))
    if (counts(*at))
      ++result;
  return result;
}

bool is_socket(const std::filesystem::directory_entry& descriptor) {
  std::error_code failed;
  const auto target = std::filesystem::read_symlink(descriptor.path(), failed);
  return !failed && std::string_view{target.native()}.starts_with("socket:");
}

std::string count(std::size_t number, const char* what) {
  return std::to_string(number) + ' ' + what + (number == 1 ? "" : "s");
}

/// The kernel's own number: a listing of /proc/self/task may miss threads while others end.
std::size_t count_threads() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (constexpr std::string_view key = "Threads:"; line.starts_with(key))
      return std::strtoul(line.c_str() + key.size(), nullptr, 10);
  return 0;
}

} // namespace

census census::take() {
  return {count_threads(), count_entries("/proc/self/fd", is_socket)};
}

std::vector<std::string> growth(const census& before, const census& after) {
  std::vector<std::string> result;
  if (after.threads > before.threads)
    result.push_back(count(after.threads - before.threads, "thread"));
  if (after.sockets > before.sockets)
    result.push_back(count(after.sockets - before.sockets, "socket"));
  return result;
}

std::vector<std::string> lasting_growth(const census& before, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto grown = growth(before, census::take());
    if (grown.empty() || std::chrono::steady_clock::now() >= deadline)
      return grown;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

} // namespace troupe::supervision
