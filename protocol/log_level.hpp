// The eight severities of RFC 5424 that logging/setLevel and notifications/message use.
#pragma once

#include "troupe/protocol/json.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// In order of severity: `level >= threshold` is to be sent.
enum class log_level : std::uint8_t {
  debug,
  info,
  notice,
  warning,
  error,
  critical,
  alert,
  emergency
};

inline constexpr std::size_t log_level_count = 8;

std::string_view to_string(log_level level) noexcept;

std::optional<log_level> log_level_from(std::string_view text) noexcept;

/// The complete `params` of notifications/message. `logger` may be empty.
void append_log_params(std::string& out, log_level level, std::string_view logger,
                       const json::value& data);

} // namespace troupe::protocol
