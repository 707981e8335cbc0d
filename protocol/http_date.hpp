#pragma once

// The text of the `Date` header. This folder reads no clock: net/ passes the time and keeps the
// text for a second, since formatting it anew for each response is a waste.

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::protocol {

struct http_date {
  std::array<char, 29> bytes;

  std::string_view text() const noexcept { return {bytes.data(), bytes.size()}; }
};

/// IMF-fixdate (RFC 9110 §5.6.7) of a number of seconds since 1970-01-01T00:00:00Z, from then to
/// the year 9999; other values are taken as the nearest of these.
http_date format_http_date(std::int64_t unix_seconds) noexcept;

} // namespace troupe::protocol
