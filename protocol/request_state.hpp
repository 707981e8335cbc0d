// `requestState` of multi round-trip requests (2026-07-28, basic/patterns/mrtr, "Server Requirements"): what a handler
// must know in the next round travels through the client, so that no server keeps it. It is sealed: the client can
// neither read nor change it, nor present it with another method, name, arguments or principal, nor after its expiry.
// It is not for single use: until it expires, the same request may be sent with it again.
// Flow: input_required → mrtr_state → encode → seal_request_state → client → open_request_state → decode → handler.
#pragma once

#include "troupe/protocol/arguments_digest.hpp"
#include "troupe/protocol/key_ring.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// The request that a state belongs to.
struct request_binding {
  std::string_view method; ///< e.g. "tools/call"
  std::string_view name;   ///< `params.name`, or `params.uri` of resources/read
  arguments_digest arguments{};
  std::string_view principal; ///< empty when nobody is authenticated
};

enum class state_problem : std::uint8_t {
  malformed,   ///< not the text of a sealed state
  unknown_key, ///< sealed by a key that is gone, or by another server
  forged,      ///< changed, or made for another request or principal
  expired,     ///< genuine, too late
};

/// For metrics and logs: "malformed", "unknown_key", "forged" or "expired".
std::string_view to_string(state_problem problem) noexcept;

[[noreturn]] void throw_exception_from_error(state_problem problem,
                                             const boost::source_location& where);

/// What the client is told, the same for every problem: -32602 "invalid or expired requestState".
rpc_error make_invalid_request_state();

/// `expires_at`: seconds since 1970; at that second it is too late. `payload` is any bytes.
std::string seal_request_state(const key_ring& ring, const request_binding& binding,
                               std::int64_t expires_at, std::string_view payload);

/// The payload, if `text` was sealed for this very binding by a key of the ring and `now` is before its expiry.
boost::system::result<std::string, state_problem> open_request_state(const key_ring& ring,
                                                                     const request_binding& binding,
                                                                     std::int64_t now,
                                                                     std::string_view text);

/// The payload that the runtime seals. Answers of earlier rounds are not in it: a handler that needs them again keeps
/// them in its own state.
struct mrtr_state {
  struct question {
    std::string key;    ///< in `inputRequests` and `inputResponses`
    std::string method; ///< what the answer must be the result of
    std::string schema; ///< of a form, as JSON text; else empty

    bool operator==(const question&) const = default;
  };

  std::uint32_t round = 0; ///< how many times the client has been asked
  std::string handler;     ///< the handler's own state
  std::vector<question> asked;

  bool operator==(const mrtr_state&) const = default;
};

std::string encode_mrtr_state(const mrtr_state& state);

/// Nothing when the bytes are not exactly what encode_mrtr_state makes, as after an upgrade that changed the format.
std::optional<mrtr_state> decode_mrtr_state(std::string_view payload);

} // namespace troupe::protocol
