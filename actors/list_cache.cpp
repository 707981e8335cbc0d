#include "troupe/actors/list_cache.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "troupe/actors/list_request.hpp"
#include "troupe/protocol/common_members.hpp"
#include "troupe/protocol/cursor.hpp"
#include "troupe/protocol/discover.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

namespace {

protocol::result_context context_of(const page_request& request, protocol::cache_hints hints) {
  return {request.revision, text_of(request.server_info), hints};
}

template<class Entry>
std::string encode_page(const entry_table<Entry>& table, std::string_view member,
                        const page_request& request, protocol::cache_hints hints) {
  const auto& entries = table.entries();
  const auto to = context_of(request, hints);
  auto at = std::find_if(entries.begin(), entries.end(),
                         [&](const auto& entry) { return entry->number > request.after; });
  std::string out;
  protocol::object_writer writer(out);
  protocol::append_result_members(writer, {}, to);
  protocol::append_cache_hints(writer, to);
  protocol::array_writer list(writer.key(member));
  std::uint64_t last = 0;
  for (std::size_t count = 0; at != entries.end() && count < request.options.page_size;
       ++at, ++count) {
    (*at)->description.append_json(list.element(), request.revision);
    last = (*at)->number;
  }
  list.close();
  if (at != entries.end())
    writer.member("nextCursor",
                  protocol::make_cursor(request.options.cursor_key, request.list, last));
  writer.close();
  return out;
}

std::string encode_page(const catalog& source, const page_request& request) {
  const auto& caching = request.options.caching;
  switch (request.list) {
  case protocol::method::tools_list:
    return encode_page(source.tools, "tools", request, caching.tools);
  case protocol::method::resources_list:
    return encode_page(source.resources, "resources", request, caching.resources);
  case protocol::method::resources_templates_list:
    return encode_page(source.templates, "resourceTemplates", request, caching.templates);
  case protocol::method::prompts_list:
    return encode_page(source.prompts, "prompts", request, caching.prompts);
  default: {
    std::string out;
    protocol::append_discover_result(out, capabilities(), request.options.instructions,
                                     context_of(request, caching.discover));
    return out;
  }
  }
}

} // namespace

frame_ptr list_cache::page(const catalog& source, const page_request& request) {
  const position where{request.list, request.revision, request.after};
  if (const auto found = pages_.find(where); found != pages_.end())
    return found->second;
  if (pages_.size() >= max_pages)
    pages_.clear();
  auto text = encode_page(source, request);
  protocol::close_result(text);
  return pages_.emplace(where, make_frame(std::move(text))).first->second;
}

} // namespace troupe
