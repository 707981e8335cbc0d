#pragma once

// What the server looks at in the head of a request. It is filled by http_gate in the same pass
// that checks the bytes, so that what was checked and what is used cannot differ, and it is read by
// http_rules and by net/.
//
// It holds positions in the received bytes and not views: the buffer of a connection may move while
// the body arrives. After that, one rebase() makes all texts valid again.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::protocol {

enum class http_method : std::uint8_t { get, post, delete_, options, head, other };

/// Methods are case-sensitive (RFC 9110 §9.1): `get` is `other`.
http_method find_http_method(std::string_view name) noexcept;

/// The headers that Troupe reads. Everything else in a request is checked and then ignored.
enum class known_header : std::uint8_t {
  accept,
  access_control_request_headers,
  access_control_request_method,
  authorization,
  baggage,
  connection,
  content_length,
  content_type,
  expect,
  host,
  last_event_id,
  mcp_method,
  mcp_name,
  mcp_protocol_version,
  mcp_session_id,
  origin,
  sec_websocket_extensions,
  sec_websocket_key,
  sec_websocket_protocol,
  sec_websocket_version,
  traceparent,
  tracestate,
  transfer_encoding,
  upgrade,
  user_agent,
};

inline constexpr std::size_t known_header_count = 25;

/// Finds a header by its name in any case; no allocation, at most four comparisons.
std::optional<known_header> find_known_header(std::string_view name) noexcept;

/// A header of which a second line makes the request ambiguous: it is refused with 400. Of the
/// others, `Accept` is a list, `Connection` and `Upgrade` add up, and of the rest the first counts.
bool must_be_single(known_header header) noexcept;

/// A stretch of the received bytes. Offset 0 means absent: a request line comes before every field.
/// 16 bits suffice, as http_gate takes no head over 65,535 bytes.
struct field_ref {
  std::uint16_t offset = 0;
  std::uint16_t size = 0;
};

using header_slots = std::array<field_ref, known_header_count>;

struct header_param {
  std::string_view name; ///< what follows `Mcp-Param-`, in the case it was sent in
  std::string_view value;
};

struct http_head {
  static constexpr std::size_t max_accepts = 8; ///< lines of `Accept`; more are refused with 431
  static constexpr std::size_t max_params = 32; ///< lines of `Mcp-Param-*`; more are refused, 431

  const char* base = nullptr;
  std::optional<std::uint64_t> content_length;
  http_method method = http_method::other;
  std::uint8_t version = 11; ///< 10 or 11
  bool keep_alive = true;    ///< what the client wants; the server may still close
  bool chunked = false;
  bool expect_continue = false;
  bool upgrade_websocket = false; ///< GET, HTTP/1.1, `Connection: upgrade`, `Upgrade: websocket`
  std::uint8_t accept_count = 0;
  std::uint8_t param_count = 0;
  field_ref method_ref;
  field_ref target_ref; ///< origin-form: of an absolute-form target, what follows the authority
  header_slots slots{};
  std::array<field_ref, max_accepts> accept_refs; ///< the first accept_count are set
  std::array<field_ref, max_params> param_name_refs;
  std::array<field_ref, max_params> param_value_refs;

  /// Tells where the bytes of the head are now, after they were moved.
  void rebase(const char* new_base) noexcept { base = new_base; }

  std::string_view text(field_ref ref) const noexcept { return {base + ref.offset, ref.size}; }

  bool has(known_header header) const noexcept {
    return slots[static_cast<std::size_t>(header)].offset != 0;
  }

  /// The value without surrounding whitespace; empty when the header is absent or empty. The value
  /// of `host` is the authority of an absolute-form target when there was one (RFC 9112 §3.2.2).
  std::string_view text(known_header header) const noexcept {
    return text(slots[static_cast<std::size_t>(header)]);
  }

  std::optional<std::string_view> find(known_header header) const noexcept {
    return has(header) ? std::optional{text(header)} : std::nullopt;
  }

  std::string_view method_text() const noexcept { return text(method_ref); }

  std::string_view target() const noexcept { return text(target_ref); }

  /// The target up to the query, never empty.
  std::string_view path() const noexcept;

  /// What follows the first `?`; empty when there is none.
  std::string_view query() const noexcept;

  /// One line of `Accept`; `index` < accept_count.
  std::string_view accept(std::size_t index) const noexcept { return text(accept_refs[index]); }

  /// One line of `Mcp-Param-*`; `index` < param_count.
  header_param param(std::size_t index) const noexcept {
    return {text(param_name_refs[index]), text(param_value_refs[index])};
  }

  /// Whether bytes of a body follow the head.
  bool has_body() const noexcept { return chunked || content_length.value_or(0) > 0; }
};

} // namespace troupe::protocol
