#include "troupe/protocol/log_level.hpp"

#include "troupe/protocol/json_writer.hpp"

#include <array>

namespace troupe::protocol {

namespace {

constexpr std::array<std::string_view, log_level_count> names = {
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};

} // namespace

std::string_view to_string(log_level level) noexcept {
  return names[static_cast<std::size_t>(level)];
}

std::optional<log_level> log_level_from(std::string_view text) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text)
      return static_cast<log_level>(i);
  return std::nullopt;
}

void append_log_params(std::string& out, log_level level, std::string_view logger,
                       const json::value& data) {
  object_writer writer(out);
  writer.member("level", to_string(level));
  writer.member_unless_empty("logger", logger);
  writer.member("data", data);
  writer.close();
}

} // namespace troupe::protocol
