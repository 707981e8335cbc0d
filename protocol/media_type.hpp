#pragma once

// What a client says it sends (Content-Type) and can read (Accept), reduced to the two
// representations that MCP knows. Used by http_rules.

#include "troupe/protocol/http_head.hpp"

#include <string_view>

namespace troupe::protocol {

/// Which representations a client can read.
struct accept_set {
  bool json = false; ///< application/json
  bool sse = false;  ///< text/event-stream

  friend bool operator==(const accept_set&, const accept_set&) = default;
};

/// Whether the value of an `Accept` header admits `type`, e.g. "application/json" (lower case).
/// The most specific range decides and `q=0` excludes (RFC 9110 §12.5.1). An element that cannot be
/// read is skipped: real clients are sloppy here, and nothing dangerous follows. An empty value
/// admits everything.
bool accepts(std::string_view accept, std::string_view type) noexcept;

/// The same over all `Accept` lines of a request; no such line admits everything.
accept_set evaluate_accept(const http_head& head) noexcept;

/// Whether a `Content-Type` means JSON in UTF-8: `application/json`, with no charset or
/// `charset=utf-8`. Other parameters are ignored; a value that cannot be read is false.
bool is_json_content_type(std::string_view content_type) noexcept;

} // namespace troupe::protocol
