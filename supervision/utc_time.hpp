#pragma once

// Points in time as text, for the log and for the clock resource.

#include <chrono>
#include <string>

namespace troupe::supervision {

/// UTC with milliseconds (RFC 3339): "2026-11-22T08:00:00.123Z".
std::string utc_text(std::chrono::system_clock::time_point time);

} // namespace troupe::supervision
