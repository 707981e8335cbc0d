#include "troupe/protocol/http_head.hpp"

#include "troupe/protocol/ascii.hpp"

namespace troupe::protocol {

namespace {

struct named {
  std::string_view name; // lower case
  known_header header;
};

template<class... Candidates>
std::optional<known_header> pick(std::string_view name, const Candidates&... candidates) noexcept {
  std::optional<known_header> result;
  static_cast<void>(
      ((ascii::equals_lower(name, candidates.name) && (result = candidates.header, true)) || ...));
  return result;
}

} // namespace

http_method find_http_method(std::string_view name) noexcept {
  switch (name.size()) {
  case 3:
    return name == "GET" ? http_method::get : http_method::other;
  case 4:
    if (name == "POST")
      return http_method::post;
    return name == "HEAD" ? http_method::head : http_method::other;
  case 6:
    return name == "DELETE" ? http_method::delete_ : http_method::other;
  case 7:
    return name == "OPTIONS" ? http_method::options : http_method::other;
  default:
    return http_method::other;
  }
}

std::optional<known_header> find_known_header(std::string_view name) noexcept {
  using enum known_header;
  switch (name.size()) {
  case 4:
    return pick(name, named{"host", host});
  case 6:
    return pick(name, named{"accept", accept}, named{"origin", origin}, named{"expect", expect});
  case 7:
    return pick(name, named{"upgrade", upgrade}, named{"baggage", baggage});
  case 8:
    return pick(name, named{"mcp-name", mcp_name});
  case 10:
    return pick(name, named{"user-agent", user_agent}, named{"connection", connection},
                named{"mcp-method", mcp_method}, named{"tracestate", tracestate});
  case 11:
    return pick(name, named{"traceparent", traceparent});
  case 12:
    return pick(name, named{"content-type", content_type});
  case 13:
    return pick(name, named{"authorization", authorization}, named{"last-event-id", last_event_id});
  case 14:
    return pick(name, named{"content-length", content_length},
                named{"mcp-session-id", mcp_session_id});
  case 17:
    return pick(name, named{"transfer-encoding", transfer_encoding});
  case 20:
    return pick(name, named{"mcp-protocol-version", mcp_protocol_version});
  case 29:
    return pick(name, named{"access-control-request-method", access_control_request_method});
  case 30:
    return pick(name, named{"access-control-request-headers", access_control_request_headers});
  default:
    return std::nullopt;
  }
}

bool must_be_single(known_header header) noexcept {
  switch (header) {
  case known_header::accept:
  case known_header::baggage:
  case known_header::connection:
  case known_header::traceparent:
  case known_header::tracestate:
  case known_header::upgrade:
  case known_header::user_agent:
    return false;
  default:
    return true;
  }
}

std::string_view http_head::path() const noexcept {
  const auto text = target();
  const auto result = text.substr(0, text.find('?'));
  return result.empty() ? std::string_view{"/"} : result;
}

std::string_view http_head::query() const noexcept {
  const auto text = target();
  const auto mark = text.find('?');
  return mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
}

} // namespace troupe::protocol
