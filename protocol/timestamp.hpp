// Points in time on the wire (tasks: createdAt, lastUpdatedAt): RFC 3339 in UTC with milliseconds. The protocol reads
// no clock; whoever has one passes milliseconds since 1970.
#pragma once

#include <cstdint>
#include <string>

namespace troupe::protocol {

/// "2026-11-22T08:00:00.123Z". The years are 0000 to 9999: what lies outside becomes the nearest that can be written.
void append_timestamp(std::string& out, std::int64_t unix_ms);

std::string to_timestamp(std::int64_t unix_ms);

} // namespace troupe::protocol
