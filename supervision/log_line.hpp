#pragma once

// One line of the log. Texts in it may come from clients, so whatever would end the line, or move the
// cursor of a person's terminal, is escaped in both formats.

#include <chrono>
#include <string>
#include <string_view>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

/// text: "2026-11-22T08:00:00.123Z info  message"; json: an object with time, level, message.
/// Appends the line with its line feed.
void append_log_line(std::string& out, log_format format,
                     std::chrono::system_clock::time_point time, std::string_view level,
                     std::string_view message);

} // namespace troupe::supervision
