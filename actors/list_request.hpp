#pragma once

// Requests that are answered from the catalog alone, in every era: the four lists, page by page, and
// server/discover. Encoded once and then copied (list_cache).

#include <string>

#include <boost/json/object.hpp>

#include "troupe/actors/shard_state.hpp"
#include "troupe/protocol/capabilities.hpp"
#include "troupe/protocol/method.hpp"
#include "troupe/protocol/revision.hpp"
#include "troupe/protocol/rpc_error.hpp"

namespace troupe {

/// The complete result object; valid until the thread's cache is used again. A cursor that is not
/// ours is -32602. `params` may be null.
protocol::rpc_result<const std::string*> find_page(shard_state& shard, protocol::method list,
                                                   const boost::json::object* params,
                                                   protocol::revision revision);

/// What this runtime can do, whatever is registered right now: handlers may be added at any time.
const protocol::server_capabilities& capabilities();

} // namespace troupe
