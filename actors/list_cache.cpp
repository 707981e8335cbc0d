#include "troupe/actors/list_cache.hpp"

#include <algorithm>

#include "troupe/protocol/encode.hpp"

namespace troupe {

namespace {

/// Where pages of one kind of entry come from.
struct page_request {
  protocol::method list;
  protocol::revision revision;
  std::uint64_t after;
  std::size_t page_size;
  const protocol::cursor_key& key;
};

template<class Entry>
std::string encode_page(const entry_table<Entry>& table, std::string_view member,
                        const page_request& request) {
  const auto& entries = table.entries();
  auto at = std::find_if(entries.begin(), entries.end(),
                         [&](const auto& entry) { return entry->number > request.after; });
  std::string out = "{\"";
  out += member;
  out += "\":[";
  std::uint64_t last = 0;
  for (std::size_t count = 0; at != entries.end() && count < request.page_size; ++at, ++count) {
    if (count > 0)
      out += ',';
    (*at)->description.append_json(out, request.revision);
    last = (*at)->number;
  }
  out += ']';
  if (at != entries.end()) {
    out += ",\"nextCursor\":";
    protocol::append_string(out, protocol::make_cursor(request.key, request.list, last));
  }
  out += '}';
  return out;
}

std::string encode_page(const catalog& source, const page_request& request) {
  switch (request.list) {
  case protocol::method::tools_list:
    return encode_page(source.tools, "tools", request);
  case protocol::method::resources_list:
    return encode_page(source.resources, "resources", request);
  case protocol::method::resources_templates_list:
    return encode_page(source.templates, "resourceTemplates", request);
  default:
    return encode_page(source.prompts, "prompts", request);
  }
}

} // namespace

const std::string& list_cache::page(const catalog& source, protocol::method list,
                                    protocol::revision revision, std::uint64_t after,
                                    std::size_t page_size, const protocol::cursor_key& key) {
  const position where{list, revision, after};
  if (const auto found = pages_.find(where); found != pages_.end())
    return found->second;
  if (pages_.size() >= max_pages)
    pages_.clear();
  return pages_
      .emplace(where, encode_page(source, page_request{list, revision, after, page_size, key}))
      .first->second;
}

} // namespace troupe
