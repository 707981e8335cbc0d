#include "troupe/protocol/http_gate.hpp"

#include "troupe/protocol/ascii.hpp"
#include "troupe/protocol/authority.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace troupe::protocol {

namespace {

// What a request line holds besides the target: the method, two spaces and the version. A cap on
// the line lets a too long target be refused before its end has come.
constexpr std::size_t request_line_margin = 64;

constexpr std::string_view param_prefix = "mcp-param-";

std::size_t token_size(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && ascii::is(text[size], ascii::byte_class::token))
    ++size;
  return size;
}

// What a modern client repeats from the body. A fault in such a header is a header mismatch to it.
bool repeats_body(known_header header) noexcept {
  return header == known_header::mcp_method || header == known_header::mcp_name ||
         header == known_header::mcp_protocol_version;
}

bool starts_with_lower(std::string_view text, std::string_view lower) noexcept {
  return text.size() >= lower.size() && ascii::equals_lower(text.substr(0, lower.size()), lower);
}

} // namespace

void head_gate::reset() noexcept {
  *this = head_gate{limits_};
}

gate_result head_gate::result() const noexcept {
  if (status_ != 0)
    return {gate_state::rejected, 0, status_, reason_, rpc_code_};
  if (head_bytes_ != 0)
    return {gate_state::complete, head_bytes_, 0, {}};
  return {};
}

bool head_gate::fail(std::uint16_t status, std::string_view reason) noexcept {
  status_ = status;
  reason_ = reason;
  return false;
}

bool head_gate::fail_mirror(std::string_view reason) noexcept {
  constexpr std::int32_t header_mismatch = -32020;
  rpc_code_ = header_mismatch;
  return fail(400, reason);
}

field_ref head_gate::ref(std::string_view part) const noexcept {
  return {static_cast<std::uint16_t>(part.data() - head_.base),
          static_cast<std::uint16_t>(part.size())};
}

gate_result head_gate::check(std::string_view bytes) noexcept {
  if (bytes.empty())
    return result();
  head_.rebase(bytes.data());
  if (status_ == 0 && head_bytes_ == 0)
    take_rest(bytes);
  return result();
}

// Takes the lines that are complete. Whatever is decided here depends on complete lines and on the
// first max_header_bytes only, so that it does not depend on how the bytes arrived.
bool head_gate::take_rest(std::string_view bytes) noexcept {
  if (bytes.front() != '\r' && !ascii::is(bytes.front(), ascii::byte_class::token))
    return fail(400, "these bytes are no HTTP request; speak HTTP/1.1, without TLS on this port");
  const std::size_t end = std::min<std::size_t>(bytes.size(), limits_.max_header_bytes);
  while (head_bytes_ == 0) {
    const void* found = std::memchr(bytes.data() + scanned_, '\n', end - scanned_);
    const std::size_t line_end =
        found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data())
                         : end;
    if (!has_request_line_ &&
        line_end - line_start_ > limits_.max_target_bytes + request_line_margin)
      return fail(414, "the request line is too long; shorten the request target");
    if (found == nullptr) {
      scanned_ = static_cast<std::uint16_t>(end);
      return end < limits_.max_header_bytes ||
             fail(431, "the header is too large; send fewer or shorter fields");
    }
    scanned_ = static_cast<std::uint16_t>(line_end + 1);
    if (!take_line(bytes.substr(line_start_, line_end - line_start_)))
      return false;
    line_start_ = scanned_;
  }
  return true;
}

bool head_gate::take_line(std::string_view line) noexcept {
  if (line.empty() || line.back() != '\r')
    return fail(400, "a line of the header ends with a bare LF; end lines with CR LF");
  line.remove_suffix(1);
  if (!line.empty())
    return has_request_line_ ? take_field(line) : take_request_line(line);
  if (has_request_line_)
    return take_end();
  // RFC 9112 §2.2: clients of old sent an empty line behind a body; one is forgiven.
  return line_start_ == 0 || fail(400, "empty lines stand where a request line is expected");
}

bool head_gate::take_request_line(std::string_view line) noexcept {
  constexpr std::string_view form =
      "the request line is malformed; it must read METHOD SP TARGET SP HTTP/1.1";
  const auto method_size = token_size(line);
  if (method_size == 0 || method_size == line.size() || line[method_size] != ' ')
    return fail(400, form);
  const auto method = line.substr(0, method_size);
  const auto rest = line.substr(method_size + 1);
  const auto space = rest.find(' ');
  if (space == std::string_view::npos || space == 0)
    return fail(400, form);
  head_.method = find_http_method(method);
  head_.method_ref = ref(method);
  has_request_line_ = true;
  return take_version(rest.substr(space + 1)) && take_target(rest.substr(0, space));
}

bool head_gate::take_version(std::string_view version) noexcept {
  constexpr std::string_view name = "HTTP/1.";
  if (version.size() == 8 && version.starts_with(name) &&
      (version[7] == '1' || version[7] == '0')) {
    head_.version = version[7] == '1' ? 11 : 10;
    return true;
  }
  if (version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
      ascii::is(version[5], ascii::byte_class::digit) &&
      ascii::is(version[7], ascii::byte_class::digit))
    return fail(505, "this HTTP version is not supported; use HTTP/1.1");
  return fail(400, "the request line must end with HTTP/1.1");
}

bool head_gate::take_target(std::string_view target) noexcept {
  if (target.size() > limits_.max_target_bytes)
    return fail(414, "the request target is too long; shorten it");
  if (!ascii::all(target, ascii::byte_class::visible) || target.find('#') != target.npos)
    return fail(400, "the request target holds a byte that must be percent-encoded, or a fragment");
  if (target.front() == '/' || (target == "*" && head_.method == http_method::options)) {
    head_.target_ref = ref(target);
    return true;
  }
  return take_absolute_target(target);
}

// RFC 9112 §3.2.2: a server must take this form, and its authority counts in place of Host.
bool head_gate::take_absolute_target(std::string_view target) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_lower(target, scheme))
      continue;
    const auto rest = target.substr(scheme.size());
    const auto where = rest.substr(0, rest.find_first_of("/?"));
    if (!parse_authority(where))
      break;
    authority_ = ref(where);
    head_.target_ref = ref(rest.substr(where.size()));
    return true;
  }
  return fail(400, "the request target must be a path such as /mcp, or an http URL with a host");
}

bool head_gate::take_field(std::string_view line) noexcept {
  if (++field_count_ > limits_.max_header_count)
    return fail(431, "the header has too many fields; send fewer");
  // A name that is known is a token without being looked at byte by byte.
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  const auto header = find_known_header(name);
  if (colon == std::string_view::npos || colon == 0 ||
      (!header && !ascii::all(name, ascii::byte_class::token)))
    return fail_field_name(line);
  const auto value = ascii::trim(line.substr(colon + 1));
  if (ascii::has_control(value)) {
    constexpr std::string_view reason =
        "the value of a header field holds a control byte, perhaps a bare CR or NUL";
    const bool mirror = header ? repeats_body(*header) : starts_with_lower(name, param_prefix);
    return mirror ? fail_mirror(reason) : fail(400, reason);
  }
  if (header)
    return take_known(*header, value);
  if (starts_with_lower(name, param_prefix))
    return take_param(name.substr(param_prefix.size()), value);
  return true;
}

bool head_gate::fail_field_name(std::string_view line) noexcept {
  if (line.front() == ' ' || line.front() == '\t')
    return fail(400, "a header field is folded over several lines; put it on one line");
  return fail(400, "a header field has no valid name; it must read Name: value, "
                   "with no space before the colon");
}

bool head_gate::take_known(known_header header, std::string_view value) noexcept {
  auto& slot = head_.slots[static_cast<std::size_t>(header)];
  if (slot.offset == 0)
    slot = ref(value);
  else if (repeats_body(header))
    return fail_mirror("MCP-Protocol-Version, Mcp-Method or Mcp-Name is repeated; send it once");
  else if (must_be_single(header))
    return fail(400, "a header field that may stand only once is repeated, such as Host, "
                     "Content-Length or Mcp-Session-Id; send it once");
  switch (header) {
  case known_header::accept:
    return take_accept(value);
  case known_header::connection:
    take_connection(value);
    return true;
  case known_header::upgrade:
    take_upgrade(value);
    return true;
  case known_header::content_length:
    return take_content_length(value);
  case known_header::transfer_encoding:
    return take_transfer_encoding(value);
  case known_header::expect:
    return take_expect(value);
  case known_header::host:
    return parse_authority(value) || fail(400, "Host must read host or host:port");
  default:
    return true;
  }
}

bool head_gate::take_param(std::string_view name, std::string_view value) noexcept {
  if (name.empty())
    return fail(400, "an Mcp-Param- field has no parameter name; append it to the field's name");
  if (head_.param_count == http_head::max_params)
    return fail(431, "the header has too many Mcp-Param- fields; send fewer");
  for (std::size_t i = 0; i < head_.param_count; ++i)
    if (ascii::iequals(head_.param(i).name, name))
      return fail_mirror("an Mcp-Param- field is repeated; send it once");
  head_.param_name_refs[head_.param_count] = ref(name);
  head_.param_value_refs[head_.param_count] = ref(value);
  ++head_.param_count;
  return true;
}

bool head_gate::take_accept(std::string_view value) noexcept {
  if (head_.accept_count == http_head::max_accepts)
    return fail(431, "the header has too many Accept fields; join them into one");
  head_.accept_refs[head_.accept_count++] = ref(value);
  return true;
}

// RFC 9112 §6.2. A list of equal numbers would be allowed; it is a trick, not a client.
bool head_gate::take_content_length(std::string_view value) noexcept {
  constexpr std::size_t max_digits = 19; // fits 64 bits whatever the digits are
  if (value.empty() || value.size() > max_digits || !ascii::all(value, ascii::byte_class::digit))
    return fail(400, "Content-Length must be one decimal number");
  std::uint64_t length = 0;
  std::from_chars(value.data(), value.data() + value.size(), length);
  head_.content_length = length;
  return true;
}

// RFC 9112 §6.1: a coding that is not understood is 501. Nothing else is ever skipped over, since
// then the body would be read as the next request.
bool head_gate::take_transfer_encoding(std::string_view value) noexcept {
  if (!ascii::equals_lower(value, "chunked"))
    return fail(501, "Transfer-Encoding must be exactly chunked; send the body unencoded");
  head_.chunked = true;
  return true;
}

bool head_gate::take_expect(std::string_view value) noexcept {
  if (head_.version == 10)
    return true; // RFC 9110 §10.1.1: to be ignored
  if (!ascii::equals_lower(value, "100-continue"))
    return fail(417, "the only expectation supported is 100-continue");
  head_.expect_continue = true;
  return true;
}

void head_gate::take_connection(std::string_view value) noexcept {
  while (!value.empty()) {
    const auto option = ascii::next_part(value, ',');
    connection_close_ |= ascii::equals_lower(option, "close");
    connection_keep_alive_ |= ascii::equals_lower(option, "keep-alive");
    connection_upgrade_ |= ascii::equals_lower(option, "upgrade");
  }
}

void head_gate::take_upgrade(std::string_view value) noexcept {
  while (!value.empty())
    upgrade_websocket_ |= ascii::equals_lower(ascii::next_part(value, ','), "websocket");
}

bool head_gate::take_end() noexcept {
  if (!head_.has(known_header::host) && head_.version == 11)
    return fail(400, "the Host header is missing; HTTP/1.1 requires it");
  if (head_.chunked && head_.version == 10)
    return fail(400, "HTTP/1.0 has no Transfer-Encoding; send a Content-Length");
  if (head_.chunked && head_.content_length)
    return fail(400, "Content-Length and Transfer-Encoding exclude each other; send one of them");
  if (authority_.offset != 0)
    head_.slots[static_cast<std::size_t>(known_header::host)] = authority_;
  head_.keep_alive = !connection_close_ && (head_.version == 11 || connection_keep_alive_);
  head_.upgrade_websocket = connection_upgrade_ && upgrade_websocket_ && head_.version == 11 &&
                            head_.method == http_method::get;
  head_bytes_ = scanned_;
  return true;
}

} // namespace troupe::protocol
