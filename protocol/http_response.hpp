#pragma once

// Responses as flat bytes: status line, headers and body are appended to one string that net/ sends
// with one write. Beast's serializer walks a chain of buffers instead, which costs as much as
// everything else of a request together, and Beast 1.81 lets CR and LF into header values; here
// every value that is not a constant passes append_header.

#include "troupe/protocol/http_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// What differs between responses. Texts are checked; one with a forbidden byte is left out.
struct response_fields {
  std::uint16_t status = 200;
  std::uint8_t version = 11;    ///< of the request: 10 or 11
  bool keep_alive = true;       ///< false: `Connection: close`
  bool head_only = false;       ///< the request was HEAD: the body is announced, not sent
  std::string_view date;        ///< IMF-fixdate (http_date.hpp); empty: no `Date`
  std::string_view session_id;  ///< empty: no `Mcp-Session-Id`
  std::string_view cors_origin; ///< empty: no CORS headers
  std::string_view allow;       ///< empty: no `Allow`
  std::optional<std::uint32_t> retry_after_s;
};

/// The standard reason, RFC 9110 §15; "Unknown" for a status that Troupe never sends.
std::string_view reason_phrase(std::uint16_t status) noexcept;

/// Appends `name: value` CRLF. Appends nothing and returns false if the name is no token or the
/// value holds a byte other than printable ASCII, space and HTAB: no response can be split.
bool append_header(std::string& out, std::string_view name, std::string_view value);

// Each of these returns false when a text in `fields` was refused and left out.

/// The head of append_json_response() alone; `body_bytes` follow.
bool append_json_head(std::string& out, const response_fields& fields, std::size_t body_bytes);

/// The whole response to a request. For 200, the hot path.
bool append_json_response(std::string& out, const response_fields& fields, std::string_view json);

/// With any content type, e.g. of the metrics.
bool append_response(std::string& out, const response_fields& fields, std::string_view content_type,
                     std::string_view body);

/// With no body: 202, 204, 405, 503 …
bool append_empty_response(std::string& out, const response_fields& fields);

/// The head of a `text/event-stream`, chunked on HTTP/1.1; on HTTP/1.0 the end of the connection
/// ends the stream. The frames of sse.hpp follow, with the framing that sse_framing_for gives.
bool append_stream_head(std::string& out, const response_fields& fields);

/// The answer to a CORS preflight: 204 with what is allowed. `requested_headers` is the value of
/// Access-Control-Request-Headers, which is granted as asked, since the origin is trusted.
bool append_preflight_response(std::string& out, const response_fields& fields,
                               std::string_view requested_headers);

/// A refusal with its JSON-RPC error as `json`; takes status, Allow, CORS and whether to close from
/// the refusal, and the rest from `fields`.
bool append_refusal_response(std::string& out, const refusal& why, response_fields fields,
                             std::string_view json);

/// Where a JSON response began, for finish_json_response.
struct json_response_mark {
  std::size_t length_end = 0;
  std::size_t body_begin = 0;
  bool complete = true; ///< false: a text in the fields was refused and left out
};

/// For a body that is written behind the head, straight into `out`, saving a copy: begin, append
/// the JSON, finish. In between `out` may only grow. Not for HEAD.
json_response_mark begin_json_response(std::string& out, const response_fields& fields);
void finish_json_response(std::string& out, json_response_mark mark) noexcept;

/// The interim answer to `Expect: 100-continue`.
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

} // namespace troupe::protocol
