// Punycode (RFC 3492): how a label with characters beyond ASCII is written in a host name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol::schema {

/// What stands behind "xn--". Nothing when it is malformed.
std::optional<std::u32string> decode_punycode(std::string_view text);

std::string encode_punycode(const std::u32string& label);

} // namespace troupe::protocol::schema
