// The text form of every opaque token we hand out (session ids, cursors, sealed state): base64url of RFC 4648
// section 5, without padding. Decoding is strict, so that one token has exactly one spelling and a client cannot
// present the same bytes under two names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// The base64url text of the bytes, without padding.
std::string encode_base64url(std::span<const std::uint8_t> bytes);

/// The bytes of a canonical base64url text; nothing if it holds padding, white space or any foreign character, has an
/// impossible length, or sets bits beyond the last byte.
std::optional<std::vector<std::uint8_t>> decode_base64url(std::string_view text);

} // namespace troupe::protocol
