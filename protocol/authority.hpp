#pragma once

// Host and port as they stand in `Host`, in `Origin` and in an absolute-form target. One reader for
// all three, so that the gate and the DNS-rebinding rules cannot disagree about what the host is.

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::protocol {

struct authority {
  std::string_view host; ///< as sent; an IPv6 literal keeps its brackets; never empty
  std::optional<std::uint16_t> port;
};

/// Reads `host[:port]`. Nothing for an empty host, user information, percent-encoding, a bad IPv6
/// literal, a zone id, or a port that is no number up to 65535 (RFC 3986 §3.2.2). An empty port as
/// in `host:` is allowed there and means none.
std::optional<authority> parse_authority(std::string_view text) noexcept;

} // namespace troupe::protocol
