// JSON text onto the end of a std::string: the hot path of every answer. No streams, no
// intermediate values, no raw line breaks (an SSE event is one `data:` line, a stdio message is one
// line), and always valid UTF-8: what a handler hands over in another encoding is replaced by
// U+FFFD instead of breaking the client's parser.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// A JSON string, quoted and escaped.
void append_string(std::string& out, std::string_view text);

void append_number(std::string& out, std::int64_t value);
void append_number(std::string& out, std::uint64_t value);

/// The shortest text that reads back as the same number and as a floating point number (1.0, not
/// 1). JSON has no infinities and no NaN: they become null.
void append_number(std::string& out, double value);

void append_json(std::string& out, const json::value& value);
void append_json(std::string& out, const json::object& object);
void append_json(std::string& out, const json::array& array);

/// {"jsonrpc":"2.0","id":…,"result":…}. `encoded` is the result's complete JSON text.
void append_result(std::string& out, const request_id& id, std::string_view encoded);
void append_result(std::string& out, const request_id& id, const json::value& result);
void append_result(std::string& out, const request_id& id, const json::object& result);

/// What stands around a result whose id is a number or a short text: room to reserve.
inline constexpr std::size_t usual_envelope_bytes = 64;

/// The same in two halves, for results that write themselves: open, append the result, close.
void open_result(std::string& out, const request_id& id);
void close_result(std::string& out);

/// How an error answers a message whose id could not be read.
enum class unknown_id : std::uint8_t {
  /// "id":null, as JSON-RPC 2.0 says: legacy revisions.
  null,
  /// no member: the schema of 2026-07-28 has no null.
  omit,
};

void append_error(std::string& out, const std::optional<request_id>& id, const rpc_error& error,
                  unknown_id unknown = unknown_id::null);

/// Null `params`: no member.
void append_notification(std::string& out, std::string_view method, const json::object* params);
void append_request(std::string& out, const request_id& id, std::string_view method,
                    const json::object* params);

/// `params` is the complete JSON text of an object; empty: no member.
void append_notification(std::string& out, std::string_view method, std::string_view params);
void append_request(std::string& out, const request_id& id, std::string_view method,
                    std::string_view params);

} // namespace troupe::protocol
