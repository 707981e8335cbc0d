// Reading members of JSON objects that came from a client, with errors (-32602) that name the member by its path.
// Used by everything here that parses `params`.
#pragma once

#include "troupe/protocol/json.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <string_view>

namespace troupe::protocol {

/// "<path>.<member>: expected <expected>"; with an empty member just "<path>: …".
rpc_error make_shape_error(std::string_view path, std::string_view member,
                           std::string_view expected);

rpc_result<std::string_view> required_string(const json::object& object, std::string_view path,
                                             std::string_view name);

/// Empty when absent.
rpc_result<std::string_view> optional_string(const json::object& object, std::string_view path,
                                             std::string_view name);

/// Never null.
rpc_result<const json::object*> required_object(const json::object& object, std::string_view path,
                                                std::string_view name);

/// False when absent.
rpc_result<bool> optional_bool(const json::object& object, std::string_view path,
                               std::string_view name);

} // namespace troupe::protocol
