#pragma once

// The file with the keys that seal what clients carry for the server (requestState). One key a line,
// `id:key`, the one that seals first; the others still open what they sealed. A file of its own, so
// that the configuration holds no secret and keys can be rotated: write the file, send SIGHUP.

#include <memory>
#include <string>
#include <variant>

#include "troupe/protocol/key_ring.hpp"

namespace troupe::supervision {

/// The ring, or what is wrong with the file, for a person. Blank lines and lines that begin with '#'
/// are skipped. Keys are 256 bits: 64 hexadecimal digits, or Base64.
std::variant<std::shared_ptr<const protocol::key_ring>, std::string>
load_keys(const std::string& path);

} // namespace troupe::supervision
