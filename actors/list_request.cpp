#include "troupe/actors/list_request.hpp"

#include <utility>

#include "troupe/protocol/cursor.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/member.hpp"
#include "troupe/protocol/task.hpp"

namespace troupe {

const protocol::server_capabilities& capabilities() {
  static const auto all = [] {
    protocol::server_capabilities result;
    result.tools = result.tools_list_changed = true;
    result.resources = result.resources_list_changed = result.resources_subscribe = true;
    result.prompts = result.prompts_list_changed = true;
    result.logging = true;
    result.completions = true;
    result.extensions[protocol::tasks_extension_name].emplace_object();
    return result;
  }();
  return all;
}

protocol::rpc_result<page_response> make_page_response(shard_state& shard, protocol::method list,
                                                       const protocol::request_id& id,
                                                       const boost::json::object* params,
                                                       protocol::revision revision) {
  const auto& options = *shard.options;
  page_request request{list, revision, 0, options, shard.server_info};
  const auto* cursor = params != nullptr ? protocol::find_member(*params, "cursor") : nullptr;
  if (cursor != nullptr && list != protocol::method::server_discover) {
    const auto* text = cursor->if_string();
    if (text == nullptr)
      return protocol::make_invalid_params("params.cursor must be a string.");
    const auto position = protocol::read_cursor(options.cursor_key, list, *text);
    if (!position)
      return position.error();
    request.after = *position;
  }
  auto page = shard.lists.page(*shard.catalog, request);
  const bool is_large = page->json().size() >= frame::large_bytes;
  page_response response;
  response.json.reserve(protocol::usual_envelope_bytes + (is_large ? 0 : page->json().size()));
  protocol::open_result(response.json, id);
  if (is_large)
    response.shared_end = std::move(page);
  else
    response.json += page->json();
  return response;
}

} // namespace troupe
