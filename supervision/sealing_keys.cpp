#include "troupe/supervision/sealing_keys.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

namespace troupe::supervision {
namespace {

/// More than a ring can use.
constexpr std::size_t max_file_bytes = 64 * 1024;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::variant<std::vector<protocol::key_entry>, std::string> entries_of(std::string_view text) {
  std::vector<protocol::key_entry> result;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#')
      continue;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
      return "line " + std::to_string(number) + ": expected id:key";
    result.push_back({trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1))});
  }
  return result;
}

} // namespace

std::variant<std::shared_ptr<const protocol::key_ring>, std::string>
load_keys(const std::string& path) {
  const auto problem = [&path](const std::string& what) { return path + ": " + what; };
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    return problem(std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    return problem("is no file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    spdlog::warn("request_state.key_file {}: others than its owner may use it; chmod 600", path);
  std::ifstream file{path, std::ios::binary};
  std::string text(max_file_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof())
    return problem(file.bad() || !file.is_open() ? "cannot be read" : "is larger than 64 KiB");
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto entries = entries_of(text);
  if (const auto* wrong = std::get_if<std::string>(&entries))
    return problem(*wrong);
  auto ring = protocol::key_ring::make(std::get<std::vector<protocol::key_entry>>(entries));
  if (!ring)
    return problem(ring.error().message);
  return *std::move(ring);
}

} // namespace troupe::supervision
