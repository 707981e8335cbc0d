#include "troupe/protocol/http_rules.hpp"

#include <utility>

#include "troupe/protocol/ascii.hpp"

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

/// The value of `sessionId` in the query.
std::optional<std::string_view> session_in(std::string_view query) noexcept {
  constexpr std::string_view key = "sessionId=";
  while (!query.empty()) {
    const auto part = ascii::next_part(query, '&');
    if (part.starts_with(key))
      return part.substr(key.size());
  }
  return std::nullopt;
}

/// One request on its way down the ladder.
class decision {
public:
  decision(const http_head& head, const endpoint_rules& rules) noexcept
      : head_(head), rules_(rules) {}

  std::variant<admitted, refusal> run() const {
    const auto where = endpoint();
    if (where == place::nowhere)
      return refuse(404, "there is nothing at this path; the MCP endpoint is " + rules_.path);
    if (auto refused = check_hosts(head_, rules_))
      return *std::move(refused);
    if (head_.method == http_method::options && rules_.hosts.has_cors())
      return within_limit(mcp_operation::preflight);
    switch (where) {
    case place::sse:
      return head_.method == http_method::get
                 ? get(mcp_operation::open_sse)
                 : wrong_method("GET opens a stream of the transport of 2024-11-05 here; for "
                                "Streamable HTTP send POST to " +
                                    rules_.path,
                                "GET", "GET, OPTIONS");
    case place::messages:
      return head_.method == http_method::post
                 ? post_to_sse()
                 : wrong_method("POST sends a message to a session of " + rules_.sse_path + " here",
                                "POST", "POST, OPTIONS");
    default:
      return streamable();
    }
  }

private:
  enum class place : std::uint8_t { nowhere, mcp, sse, messages };

  place endpoint() const noexcept {
    const auto path = head_.path();
    if (path == rules_.path)
      return place::mcp;
    if (rules_.serves_sse && path == rules_.sse_path)
      return place::sse;
    return rules_.serves_sse && path == rules_.messages_path ? place::messages : place::nowhere;
  }

  std::variant<admitted, refusal> streamable() const {
    switch (head_.method) {
    case http_method::post:
      return post();
    case http_method::get:
      return get(mcp_operation::open_stream);
    case http_method::delete_:
      return within_limit(mcp_operation::end_session);
    default:
      return wrong_method("this method is not supported here; POST sends a message, GET opens a "
                          "stream, DELETE ends the session",
                          "GET, POST, DELETE", "GET, POST, DELETE, OPTIONS");
    }
  }

  refusal wrong_method(std::string message, std::string_view allow,
                       std::string_view allow_with_cors) const {
    auto result = refuse(405, std::move(message));
    result.allow = rules_.hosts.has_cors() ? allow_with_cors : allow;
    return result;
  }

  std::optional<refusal> check_content_type() const {
    const auto content_type = head_.find(known_header::content_type);
    if (content_type && is_json_content_type(*content_type))
      return std::nullopt;
    return refuse(415, "the body must be JSON in UTF-8; send Content-Type: application/json");
  }

  /// What comes back is only 202, so the Accept header does not matter.
  std::variant<admitted, refusal> post_to_sse() const {
    if (auto wrong = check_content_type())
      return *std::move(wrong);
    auto result = admit(mcp_operation::post_to_sse);
    result.session_id = session_in(head_.query());
    return within_limit(result);
  }

  std::variant<admitted, refusal> post() const {
    if (auto wrong = check_content_type())
      return *std::move(wrong);
    const auto result = admit(mcp_operation::post_message);
    if (!result.accepts.json && !result.accepts.sse)
      return refuse(406, "the Accept header admits neither of the two forms of an answer; send "
                         "Accept: application/json, text/event-stream");
    return within_limit(result);
  }

  std::variant<admitted, refusal> get(mcp_operation operation) const {
    const auto result = admit(operation);
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

std::optional<refusal> check_hosts(const http_head& head, const endpoint_rules& rules) {
  const auto refuse = [&](std::string message) {
    return refuse_request(head, rules, 403, -32600, std::move(message), false);
  };
  if (!rules.hosts.allows_host(head.find(known_header::host)))
    return refuse("the Host header names a host that is not served here; use one of the allowed "
                  "hosts, or add it to them in the server's configuration");
  if (!rules.hosts.allows_origin(head.find(known_header::origin)))
    return refuse("the Origin header names a page that may not call this server; add it to the "
                  "allowed origins in the server's configuration");
  return std::nullopt;
}

std::variant<admitted, refusal> decide_request(const http_head& head, const endpoint_rules& rules) {
  return decision{head, rules}.run();
}

refusal refuse_rejected_head(const gate_result& result) {
  refusal rejected;
  rejected.status = result.status;
  rejected.rpc_code = result.rpc_code;
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
