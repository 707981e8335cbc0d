// Base64 with the alphabet of RFC 4648, section 4, padded: images, audio and blobs. base64url.hpp
// has the other one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

void append_base64(std::string& out, std::string_view bytes);

std::string to_base64(std::string_view bytes);

/// Strict and canonical: nothing for a foreign character, white space, missing padding or stray
/// bits at the end, so that exactly one text decodes to given bytes.
std::optional<std::string> from_base64(std::string_view text);

} // namespace troupe::protocol
