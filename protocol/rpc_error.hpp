// The error of JSON-RPC 2.0 as a value, with the codes MCP uses, and the result type of everything
// that can fail with one. Flow: encode.hpp writes it; net/ maps codes to HTTP statuses where the
// revision wants that.
#pragma once

#include "troupe/protocol/json.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace troupe::protocol {

struct rpc_error {
  int code = 0;
  std::string message;
  /// null: the member is absent.
  json::value data;

  rpc_error() = default;
  rpc_error(int code_, std::string message_, json::value data_ = nullptr)
      : code(code_), message(std::move(message_)), data(std::move(data_)) {}
};

/// Either a value or the error to answer with.
template<class T>
using rpc_result = boost::system::result<T, rpc_error>;

/// Called by `rpc_result::value()` on an error; throws std::runtime_error with code and message.
[[noreturn]] void throw_exception_from_error(const rpc_error& error,
                                             const boost::source_location& where);

namespace error_code {

// JSON-RPC 2.0, section 5.1
inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;

// Legacy sessions only.
inline constexpr int not_initialized = -32000;
inline constexpr int already_initialized = -32001;

/// Legacy only: a modern server answers invalid_params (specification 2026-07-28,
/// server/resources).
inline constexpr int resource_not_found = -32002;

/// 2025-11-25, client/elicitation: "URL Elicitation Required Error".
inline constexpr int url_elicitation_required = -32042;

// 2026-07-28: basic/transports and basic/index
inline constexpr int header_mismatch = -32020;
inline constexpr int missing_client_capability = -32021;
inline constexpr int unsupported_protocol_version = -32022;

} // namespace error_code

rpc_error make_parse_error(std::string message);
rpc_error make_invalid_request(std::string message);
rpc_error make_method_not_found(std::string_view method);
rpc_error make_invalid_params(std::string message);

/// `incident` is the id under which the log tells what happened; nothing of the cause goes to the
/// client.
rpc_error make_internal_error(std::string_view incident);

/// Over a limit or shutting down, with HTTP 429 or 503: no fault of the request, which may be repeated.
rpc_error make_unavailable(std::string message);

rpc_error make_not_initialized();
rpc_error make_already_initialized();

/// -32002 with `data.uri` for the legacy era, -32602 with `data.uri` for the modern one.
rpc_error make_resource_not_found(std::string_view uri, bool modern = false);

/// `elicitations`: the parameters of URL elicitations (input_request.hpp) that must be completed
/// first.
rpc_error make_url_elicitation_required(std::string message, json::array elicitations);

rpc_error make_header_mismatch(std::string message);

/// `required`: a ClientCapabilities object, e.g. {"sampling":{}}.
rpc_error make_missing_client_capability(json::object required);

rpc_error make_unsupported_protocol_version(std::string_view requested);

} // namespace troupe::protocol
