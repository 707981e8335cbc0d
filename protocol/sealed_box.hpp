// Bytes that go through other hands and come back: encrypted and authenticated with AES-256-GCM, as one line of text.
// Whoever holds a box can neither read it nor change it, nor use it for another purpose or in another context than it
// was sealed for. It says nothing about time or about being used twice. Flow: request_state.hpp seals the state of
// multi round-trip requests in one; whatever else must come back unchanged uses it under a purpose of its own.
//
// Text: base64url without padding of
//   version (1) | size of key id (1) | key id | nonce (12) | ciphertext | tag (16)
// Additional data: purpose and context, length-prefixed, then everything up to and including the nonce.
//
// Nonces are random. For 2^32 boxes under one key the chance that any two share a nonce is below 2^-32 (NIST SP
// 800-38D, section 8.3, sets that bound): at 1,000 boxes a second a key lasts 49 days; rotate it before.
#pragma once

#include "troupe/protocol/key_ring.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

enum class box_problem : std::uint8_t {
  malformed,   ///< not the text of a box of this version
  unknown_key, ///< sealed by a key that is not in the ring (any more)
  forged,      ///< changed, made up, or sealed for another purpose or context
};

[[noreturn]] void throw_exception_from_error(box_problem problem,
                                             const boost::source_location& where);

/// How many characters a box of `plaintext_size` bytes has under a key with an id of `id_size` characters.
std::size_t sealed_size(std::size_t plaintext_size, std::size_t id_size) noexcept;

/// `purpose` names the use, e.g. "request-state": boxes of one never open as another. `context` must be given again
/// to open the box and is not in it. Throws std::runtime_error when OpenSSL fails, which leaves nothing sealed.
std::string seal_box(const key_ring& ring, std::string_view purpose, std::string_view context,
                     std::string_view plaintext);

/// The plaintext. Exactly one text opens for one call of seal_box: every other spelling is refused.
boost::system::result<std::string, box_problem> open_box(const key_ring& ring,
                                                         std::string_view purpose,
                                                         std::string_view context,
                                                         std::string_view text);

} // namespace troupe::protocol
