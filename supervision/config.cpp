#include "troupe/supervision/config.hpp"

#include <algorithm>
#include <thread>

namespace troupe::supervision {

std::optional<std::string> listen_options::unix_path() const {
  constexpr std::string_view scheme = "unix:";
  if (!address.starts_with(scheme))
    return std::nullopt;
  return address.substr(scheme.size());
}

std::size_t config::effective_io_threads() const {
  const std::size_t cores = std::thread::hardware_concurrency();
  return listen.io_threads ? listen.io_threads : std::max<std::size_t>(cores / 2, 1);
}

std::size_t config::effective_pool_threads() const {
  const std::size_t cores = std::thread::hardware_concurrency();
  return pool.threads ? pool.threads : std::max<std::size_t>(cores, 2);
}

} // namespace troupe::supervision
