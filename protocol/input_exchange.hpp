// Multi round-trip requests of the modern era (2026-07-28, basic/patterns/mrtr): the result that
// asks a client for input, and what the client's next request brings along.
#pragma once

#include "troupe/protocol/input_request.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// The complete result object; `request_state` is left out when empty.
void append_input_required_result(std::string& out, const input_required& wanted,
                                  std::string_view request_state, const result_context& to);

/// The `inputRequests` object alone.
void append_input_requests(std::string& out, const input_required& wanted, revision r);

/// `params.inputResponses` and `params.requestState`, as far as they are there.
struct input_retry {
  const json::object* responses = nullptr;
  std::optional<std::string_view> request_state;
};

/// A wrong shape of either is -32602. Single responses are not looked at.
rpc_result<input_retry> parse_input_retry(const json::object& params);

/// Whether an answer without known question has the shape of any answer at all: to a form or URL,
/// of a model, of roots.
bool is_any_answer(const json::object& answer);

/// Whether `answer` answers a request of `method`; to a form, with content that matches `schema`
/// (JSON text; empty for other requests).
bool is_answer_to(std::string_view method, std::string_view schema, const json::object& answer);

/// The schema of a form as JSON text; empty for other requests.
std::string schema_of(const input_request& request);

} // namespace troupe::protocol
