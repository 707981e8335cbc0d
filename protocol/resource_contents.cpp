#include "troupe/protocol/resource_contents.hpp"

#include "troupe/protocol/base64.hpp"
#include "troupe/protocol/common_members.hpp"

#include <utility>

namespace troupe::protocol {

resource_contents resource_contents::text(std::string uri, std::string text,
                                          std::string mime_type) {
  return {std::move(uri), std::move(mime_type), std::move(text), false, {}};
}

resource_contents resource_contents::bytes(std::string uri, std::string_view bytes,
                                           std::string mime_type) {
  return {std::move(uri), std::move(mime_type), to_base64(bytes), true, {}};
}

void resource_contents::append_json(std::string& out, revision r) const {
  object_writer writer(out);
  writer.member("uri", uri);
  writer.member_unless_empty("mimeType", mime_type);
  writer.member(std::string_view{is_blob ? "blob" : "text"}, data);
  append_meta(writer, meta, r);
  writer.close();
}

read_result::read_result(resource_contents one) {
  contents.push_back(std::move(one));
}

void read_result::append_json(std::string& out, const result_context& to) const {
  object_writer writer(out);
  append_result_members(writer, meta, to);
  append_cache_hints(writer, to);
  array_writer list(writer.key("contents"));
  for (const auto& one : contents)
    one.append_json(list.element(), to.revision);
  list.close();
  writer.close();
}

} // namespace troupe::protocol
