// A fingerprint of a call's arguments: equal for what JSON Schema calls equal instances, whatever the order of their
// members and however the text was spelled, different for everything else. It ties sealed state to the call that it
// was made for. Flow: request_state.hpp puts it into the binding.
#pragma once

#include "troupe/protocol/json.hpp"

#include <array>
#include <cstdint>

namespace troupe::protocol {

/// SHA-256.
using arguments_digest = std::array<unsigned char, 32>;

/// Numbers count by their value: 1, 1.0 and 1e0 are the same, because a client that reads the arguments into numbers
/// and writes them again (JavaScript does) may change the spelling; 9007199254740993 and 9007199254740992.0 are not.
/// Absent arguments are an empty object. Recurses as deep as the arguments do, which parse_limits bounds.
/// Throws std::runtime_error when OpenSSL fails.
arguments_digest digest_arguments(const json::object& arguments);

} // namespace troupe::protocol
