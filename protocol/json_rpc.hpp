// Which JSON-RPC 2.0 message a value is, exactly. The parts point into the document that was
// classified. MCP is narrower than JSON-RPC: `params` and `result` are objects, an id is never
// null. Flow: document.hpp -> here -> method.hpp and the session; for batches (2025-03-26 only, see
// has_batches) each element is classified by itself, so that one bad element does not spoil the
// others.
#pragma once

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::protocol {

struct request {
  request_id id;
  std::string_view method;
  /// Null when absent.
  const json::object* params = nullptr;
};

struct notification {
  std::string_view method;
  /// Null when absent.
  const json::object* params = nullptr;
};

/// An answer of the client to a request of ours: a result or an error.
struct response {
  request_id id;
  /// Null when `error` is set.
  const json::object* result = nullptr;
  std::optional<rpc_error> error;
};

using message = std::variant<request, notification, response, invalid_message>;

/// One message; an array is invalid here (-32600).
message classify(const json::value& value);

/// Each element of a batch. Not an array, empty or more than `max_messages`: one -32600 for the
/// whole.
boost::system::result<std::vector<message>, invalid_message>
classify_batch(const json::value& value, std::size_t max_messages = 100);

} // namespace troupe::protocol
