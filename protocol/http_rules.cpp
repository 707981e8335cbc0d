#include "troupe/protocol/http_rules.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

after_refusal after(const http_head& head, const endpoint_rules& rules, bool body_read) noexcept {
  if (!head.keep_alive)
    return after_refusal::close;
  if (body_read || !head.has_body())
    return after_refusal::keep_alive;
  // A client that waits for `100 Continue` may or may not send the body after a refusal.
  if (head.chunked || head.expect_continue || *head.content_length > rules.max_drain_bytes)
    return after_refusal::close;
  return after_refusal::drain;
}

std::string_view cors_origin(const http_head& head, const endpoint_rules& rules) noexcept {
  const auto origin = head.find(known_header::origin);
  return origin && rules.hosts.grants_cors(*origin) ? *origin : std::string_view{};
}

/// One request on its way down the ladder.
class decision {
public:
  decision(const http_head& head, const endpoint_rules& rules) noexcept
      : head_(head), rules_(rules) {}

  std::variant<admitted, refusal> run() const {
    if (head_.path() != rules_.path)
      return refuse(404, "there is nothing at this path; the MCP endpoint is " + rules_.path);
    if (!rules_.hosts.allows_host(head_.find(known_header::host)))
      return refuse(403, "the Host header names a host that is not served here; use one of the "
                         "allowed hosts, or add it to them in the server's configuration");
    if (!rules_.hosts.allows_origin(head_.find(known_header::origin)))
      return refuse(403, "the Origin header names a page that may not call this server; add it to "
                         "the allowed origins in the server's configuration");
    switch (head_.method) {
    case http_method::post:
      return post();
    case http_method::get:
      return get();
    case http_method::delete_:
      return within_limit(mcp_operation::end_session);
    case http_method::options:
      if (rules_.hosts.has_cors())
        return within_limit(mcp_operation::preflight);
      break;
    default:
      break;
    }
    auto result = refuse(405, "this method is not supported here; POST sends a message, GET opens "
                              "a stream, DELETE ends the session");
    result.allow = allowed_methods(rules_);
    return result;
  }

private:
  std::variant<admitted, refusal> post() const {
    const auto content_type = head_.find(known_header::content_type);
    if (!content_type || !is_json_content_type(*content_type))
      return refuse(415, "the body must be JSON in UTF-8; send Content-Type: application/json");
    const auto result = admit(mcp_operation::post_message);
    if (!result.accepts.json && !result.accepts.sse)
      return refuse(406, "the Accept header admits neither of the two forms of an answer; send "
                         "Accept: application/json, text/event-stream");
    return within_limit(result);
  }

  std::variant<admitted, refusal> get() const {
    const auto result = admit(mcp_operation::open_stream);
    if (!result.accepts.sse)
      return refuse(406, "GET opens an event stream, which the Accept header does not admit; send "
                         "Accept: text/event-stream");
    if (head_.has_body())
      return refuse(400, "GET opens an event stream and takes no body; send messages with POST");
    return result;
  }

  std::variant<admitted, refusal> within_limit(mcp_operation operation) const {
    return within_limit(admit(operation));
  }

  std::variant<admitted, refusal> within_limit(const admitted& result) const {
    if (head_.content_length.value_or(0) > rules_.max_body_bytes)
      return refuse(413, "the body has " + std::to_string(*head_.content_length) +
                             " bytes, and at most " + std::to_string(rules_.max_body_bytes) +
                             " are allowed; send a smaller message");
    return result;
  }

  admitted admit(mcp_operation operation) const noexcept {
    return {operation,
            evaluate_accept(head_),
            head_.expect_continue,
            head_.find(known_header::mcp_protocol_version),
            head_.find(known_header::mcp_session_id),
            head_.find(known_header::last_event_id),
            cors_origin(head_, rules_)};
  }

  refusal refuse(std::uint16_t status, std::string message) const {
    return refuse_request(head_, rules_, status, invalid_request, std::move(message), false);
  }

  static constexpr std::int32_t invalid_request = -32600;

  const http_head& head_;
  const endpoint_rules& rules_;
};

} // namespace

std::string_view allowed_methods(const endpoint_rules& rules) noexcept {
  return rules.hosts.has_cors() ? "GET, POST, DELETE, OPTIONS" : "GET, POST, DELETE";
}

std::variant<admitted, refusal> decide_request(const http_head& head, const endpoint_rules& rules) {
  return decision{head, rules}.run();
}

refusal refuse_rejected_head(const gate_result& result) {
  refusal rejected;
  rejected.status = result.status;
  rejected.message = result.reason;
  return rejected;
}

refusal refuse_request(const http_head& head, const endpoint_rules& rules, std::uint16_t status,
                       std::int32_t rpc_code, std::string message, bool body_read) {
  return {status,
          rpc_code,
          std::move(message),
          {},
          after(head, rules, body_read),
          cors_origin(head, rules)};
}

} // namespace troupe::protocol
