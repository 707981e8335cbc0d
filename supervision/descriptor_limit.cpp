#include "troupe/supervision/descriptor_limit.hpp"

#include <algorithm>

#include <sys/resource.h>

namespace troupe::supervision {

std::size_t raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 1024; // what every system grants
  const auto soft = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    limit.rlim_cur = soft;
  return static_cast<std::size_t>(limit.rlim_cur);
}

std::size_t reserved_descriptors(const config& settings) {
  constexpr std::size_t process = 64;      // standard streams, signals, libraries, log
  constexpr std::size_t per_io_thread = 8; // event loop, wake-up, timer, port, a socket to refuse
  constexpr std::size_t per_handler_thread = 8; // files and sockets of handlers
  const std::size_t admin = settings.admin.enabled ? 48 : 0;
  return process + admin + per_io_thread * settings.effective_io_threads() +
         per_handler_thread * settings.effective_pool_threads();
}

std::vector<std::string> fit_limits(config& settings, std::size_t descriptors) {
  const auto reserved = reserved_descriptors(settings);
  const auto available = descriptors > reserved ? descriptors - reserved : 1;
  std::vector<std::string> warnings;
  const auto fit = [&](std::string_view path, std::size_t& value) {
    if (value <= available)
      return;
    warnings.push_back(std::string{path} + " is " + std::to_string(value) + ", but the limit of " +
                       std::to_string(descriptors) + " open files allows only " +
                       std::to_string(available) + "; using " + std::to_string(available) +
                       ". Raise it (ulimit -n, or LimitNOFILE= of systemd) or lower the setting.");
    value = available;
  };
  fit("limits.max_connections", settings.limits.max_connections);
  fit("limits.max_sessions", settings.limits.max_sessions);
  settings.limits.max_uninitialized_sessions =
      std::min(settings.limits.max_uninitialized_sessions, settings.limits.max_sessions);
  return warnings;
}

} // namespace troupe::supervision
