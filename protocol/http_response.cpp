#include "troupe/protocol/http_response.hpp"

#include "troupe/protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace troupe::protocol {

namespace {

constexpr std::string_view ok_json_start = "HTTP/1.1 200 OK\r\n"
                                           "Content-Type: application/json\r\n"
                                           "Content-Length: ";
constexpr std::string_view crlf = "\r\n";

// Room for the length of a body that is written later; leading spaces are optional whitespace.
constexpr std::string_view length_room = "            ";

constexpr std::size_t usual_head_bytes = 256;

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void append_status_line(std::string& out, std::uint16_t status) {
  // Always our own version, also to HTTP/1.0 (RFC 9110 §6.2).
  out += "HTTP/1.1 ";
  append_number(out, status);
  out += ' ';
  out += reason_phrase(status);
  out += crlf;
}

/// Whether all bytes may stand in a value, eight at a time: every response has a date, most a session.
bool is_field_value(std::string_view text) noexcept {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  const auto is_allowed = [](char byte) {
    return byte == ' ' || byte == '\t' || ascii::is(byte, ascii::byte_class::visible);
  };
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    // Sets the top bit for a byte below a space, for DEL, or above ASCII; a borrow may set it too often.
    const auto suspicious = word | (word - ones * ' ') | ((word ^ (ones * 0x7F)) - ones);
    if ((suspicious & (ones * 0x80)) != 0)
      break;
    text.remove_prefix(sizeof word);
  }
  return std::all_of(text.begin(), text.end(), is_allowed);
}

/// As append_header, with a name of our own; nothing for an empty value.
bool append_optional(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty())
    return true;
  if (!is_field_value(value))
    return false;
  out += name;
  out += ": ";
  out += value;
  out += crlf;
  return true;
}

bool append_cors(std::string& out, std::string_view origin) {
  if (origin.empty())
    return true;
  if (!append_optional(out, "Access-Control-Allow-Origin", origin))
    return false;
  out += "Access-Control-Expose-Headers: Mcp-Session-Id\r\nVary: Origin\r\n";
  return true;
}

/// Everything that does not depend on the body, and the empty line.
bool append_rest_of_head(std::string& out, const response_fields& fields) {
  bool good = append_optional(out, "Date", fields.date);
  good &= append_optional(out, "Mcp-Session-Id", fields.session_id);
  good &= append_cors(out, fields.cors_origin);
  good &= append_optional(out, "Allow", fields.allow);
  if (fields.status == 426) // RFC 9110 §15.5.22, RFC 6455 §4.4; the only protocol there is to go to
    out += "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n";
  if (fields.retry_after_s) {
    out += "Retry-After: ";
    append_number(out, *fields.retry_after_s);
    out += crlf;
  }
  if (!fields.keep_alive)
    out += fields.status == 426 ? "Connection: close, Upgrade\r\n" : "Connection: close\r\n";
  else if (fields.status == 426)
    out += "Connection: Upgrade\r\n";
  else if (fields.version == 10)
    out += "Connection: keep-alive\r\n";
  out += crlf;
  return good;
}

bool append_head(std::string& out, const response_fields& fields, std::string_view content_type,
                 std::size_t body_bytes) {
  append_status_line(out, fields.status);
  bool good = append_header(out, "Content-Type", content_type);
  out += "Content-Length: ";
  append_number(out, body_bytes);
  out += crlf;
  good &= append_rest_of_head(out, fields);
  return good;
}

} // namespace

std::string_view reason_phrase(std::uint16_t status) noexcept {
  switch (status) {
  case 101:
    return "Switching Protocols";
  case 200:
    return "OK";
  case 202:
    return "Accepted";
  case 204:
    return "No Content";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 406:
    return "Not Acceptable";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 411:
    return "Length Required";
  case 413:
    return "Content Too Large";
  case 414:
    return "URI Too Long";
  case 415:
    return "Unsupported Media Type";
  case 417:
    return "Expectation Failed";
  case 421:
    return "Misdirected Request";
  case 426:
    return "Upgrade Required";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 501:
    return "Not Implemented";
  case 502:
    return "Bad Gateway";
  case 503:
    return "Service Unavailable";
  case 504:
    return "Gateway Timeout";
  case 505:
    return "HTTP Version Not Supported";
  default:
    return "Unknown";
  }
}

bool append_header(std::string& out, std::string_view name, std::string_view value) {
  if (name.empty() || !ascii::all(name, ascii::byte_class::token) || !is_field_value(value))
    return false;
  out += name;
  out += ": ";
  out += value;
  out += crlf;
  return true;
}

bool append_json_head(std::string& out, const response_fields& fields, std::size_t body_bytes) {
  if (fields.status != 200)
    return append_head(out, fields, "application/json", body_bytes);
  out += ok_json_start;
  append_number(out, body_bytes);
  out += crlf;
  return append_rest_of_head(out, fields);
}

bool append_json_response(std::string& out, const response_fields& fields, std::string_view json) {
  out.reserve(out.size() + usual_head_bytes + json.size());
  const bool good = append_json_head(out, fields, json.size());
  if (!fields.head_only)
    out += json;
  return good;
}

bool append_response(std::string& out, const response_fields& fields, std::string_view content_type,
                     std::string_view body) {
  out.reserve(out.size() + usual_head_bytes + body.size());
  const bool good = append_head(out, fields, content_type, body.size());
  if (!fields.head_only)
    out += body;
  return good;
}

bool append_empty_response(std::string& out, const response_fields& fields) {
  append_status_line(out, fields.status);
  if (fields.status != 204) // RFC 9110 §8.6: must not have a Content-Length
    out += "Content-Length: 0\r\n";
  return append_rest_of_head(out, fields);
}

bool append_stream_head(std::string& out, const response_fields& fields) {
  out += "HTTP/1.1 200 OK\r\n"
         "Content-Type: text/event-stream\r\n"
         "Cache-Control: no-cache, no-transform\r\n"
         "X-Accel-Buffering: no\r\n";
  auto rest = fields;
  if (fields.version >= 11)
    out += "Transfer-Encoding: chunked\r\n";
  else
    rest.keep_alive = false;
  return append_rest_of_head(out, rest);
}

bool append_preflight_response(std::string& out, const response_fields& fields,
                               std::string_view requested_headers) {
  constexpr std::string_view usual_headers =
      "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version";
  append_status_line(out, 204);
  bool good = true;
  if (!fields.cors_origin.empty()) {
    out += "Access-Control-Allow-Methods: GET, POST, DELETE\r\nAccess-Control-Max-Age: 7200\r\n";
    good = append_header(out, "Access-Control-Allow-Headers",
                         requested_headers.empty() ? usual_headers : requested_headers);
  }
  auto rest = fields;
  rest.status = 204;
  good &= append_rest_of_head(out, rest);
  return good;
}

bool append_refusal_response(std::string& out, const refusal& why, response_fields fields,
                             std::string_view json) {
  fields.status = why.status;
  fields.allow = why.allow;
  fields.cors_origin = why.cors_origin;
  fields.keep_alive = fields.keep_alive && why.then != after_refusal::close;
  return append_response(out, fields, "application/json", json);
}

json_response_mark begin_json_response(std::string& out, const response_fields& fields) {
  out.reserve(out.size() + 2 * usual_head_bytes);
  if (fields.status == 200) {
    out += ok_json_start;
  } else {
    append_status_line(out, fields.status);
    out += "Content-Type: application/json\r\nContent-Length: ";
  }
  out += length_room;
  json_response_mark mark;
  mark.length_end = out.size();
  out += crlf;
  mark.complete = append_rest_of_head(out, fields);
  mark.body_begin = out.size();
  return mark;
}

void finish_json_response(std::string& out, json_response_mark mark) noexcept {
  auto left = out.size() - mark.body_begin;
  auto at = mark.length_end;
  do {
    out[--at] = static_cast<char>('0' + left % 10);
    left /= 10;
  } while (left != 0);
}

} // namespace troupe::protocol
