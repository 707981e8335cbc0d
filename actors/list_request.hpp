#pragma once

// Requests that are answered from the catalog alone, in every era: the four lists, page by page, and
// server/discover. Encoded once (list_cache); then small pages are copied, and large ones shared.

#include <string>

#include <boost/json/object.hpp>

#include "troupe/actors/shard_state.hpp"
#include "troupe/protocol/capabilities.hpp"
#include "troupe/protocol/method.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/revision.hpp"
#include "troupe/protocol/rpc_error.hpp"

namespace troupe {

/// A response in two parts; the second is null where the first is all.
struct page_response {
  std::string json;
  frame_ptr shared_end;
};

/// The response to `id`. A cursor that is not ours is -32602. `params` may be null.
protocol::rpc_result<page_response> make_page_response(shard_state& shard, protocol::method list,
                                                       const protocol::request_id& id,
                                                       const boost::json::object* params,
                                                       protocol::revision revision);

/// What this runtime can do, whatever is registered right now: handlers may be added at any time.
const protocol::server_capabilities& capabilities();

} // namespace troupe
