#pragma once

// Multi round-trip requests of the modern era: a handler's wish for input becomes a result that asks
// the client, and the client's next request brings the answers and the sealed state back. Nothing is
// kept here between the two; the answer may arrive on another connection.

#include <optional>
#include <string>

#include "troupe/actors/call.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/protocol/rpc_error.hpp"

namespace troupe {

/// Fills in the answers and the state that came with a request, before its handler is called. A
/// state that is not ours, not for this request or too old is an error; an answer that was not asked
/// for, or has not the shape of an answer, is left out, so that the handler asks again.
std::optional<rpc_error> take_answers(call_data& data, const shard_state& shard);

/// The result that asks for `wanted`, or why it cannot be asked: -32021 for what the client did not
/// declare, -32603 for a method that has no rounds, or a handler that asks nothing.
protocol::rpc_result<std::string> ask_for_input(const call_data& data, const input_required& wanted,
                                                const shard_state& shard);

} // namespace troupe
