#include "troupe/protocol/common_members.hpp"

namespace troupe::protocol {

namespace {

constexpr std::string_view server_info_key = "io.modelcontextprotocol/serverInfo";

} // namespace

void append_result_members(object_writer& writer, const json::object& meta,
                           const result_context& to, std::string_view result_type) {
  if (is_modern(to.revision))
    writer.member("resultType", result_type);
  if (!is_modern(to.revision) || to.server_info.empty()) {
    writer.member_unless_empty("_meta", meta);
    return;
  }
  object_writer all(writer.key("_meta"));
  all.raw(server_info_key, to.server_info);
  for (const auto& [key, value] : meta)
    if (key != server_info_key)
      all.member(key, value);
  all.close();
}

void append_meta(object_writer& writer, const json::object& meta, revision r) {
  if (has_meta_everywhere(r))
    writer.member_unless_empty("_meta", meta);
}

void append_annotations(object_writer& writer, const annotations& value, revision r) {
  if (!value.empty())
    append_json(writer.key("annotations"), value, r);
}

void append_icons(object_writer& writer, const std::vector<icon>& icons, revision r) {
  if (has_icons(r) && !icons.empty())
    append_json(writer.key("icons"), icons);
}

void append_title(object_writer& writer, std::string_view title, revision r) {
  if (has_titles(r))
    writer.member_unless_empty("title", title);
}

} // namespace troupe::protocol
