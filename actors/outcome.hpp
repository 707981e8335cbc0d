#pragma once

// What a handler returns: a result of its kind, a protocol error, or what it still needs to know
// from the client.

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/protocol/completion_result.hpp"
#include "troupe/protocol/input_request.hpp"
#include "troupe/protocol/prompt_result.hpp"
#include "troupe/protocol/resource_contents.hpp"
#include "troupe/protocol/rpc_error.hpp"
#include "troupe/protocol/tool_result.hpp"

namespace troupe {

using protocol::completion_result;
using protocol::input_request;
/// "I need these answers first": the runtime asks the client and calls the handler again, with the
/// answers under the same keys (call::input) and with `state` as it was (call::state). One handler
/// serves every revision this way, and holds no thread while a person thinks.
using protocol::input_required;
using protocol::prompt_result;
using protocol::read_result;
using protocol::rpc_error;
using protocol::tool_result;

/// "This takes long": the client is given a task to ask for later, and the handler is called again
/// within it (call::in_task), with `state` as it was (call::state). A client that knows no tasks
/// waits: then the handler is called again at once.
struct continue_as_task {
  std::string state;
};

/// What remains of an outcome once it is encoded for the client's revision. Handlers return it only for what another node
/// has encoded.
struct encoded_result {
  std::string json; ///< the complete response, or if the call names no request, its `result` object
  bool is_error = false;
};

/// Converts from every kind of result, so that a handler just returns one.
struct outcome {
  using variant = std::variant<tool_result, read_result, prompt_result, completion_result,
                               input_required, rpc_error, continue_as_task, encoded_result>;
  variant value;

  outcome() = default;
  template<class T>
  requires(!std::same_as<std::remove_cvref_t<T>, outcome> && std::constructible_from<variant, T>)
      outcome(T&& result) // NOLINT: meant to convert, and constrained not to hide a copy
      : value(std::forward<T>(result)) {}
};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::outcome)
