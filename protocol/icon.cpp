#include "troupe/protocol/icon.hpp"

#include "troupe/protocol/json_writer.hpp"

namespace troupe::protocol {

namespace {

void append_icon(std::string& out, const icon& value) {
  object_writer writer(out);
  writer.member("src", value.src);
  writer.member_unless_empty("mimeType", value.mime_type);
  if (!value.sizes.empty()) {
    array_writer sizes(writer.key("sizes"));
    for (const auto& size : value.sizes)
      sizes.element(size);
    sizes.close();
  }
  if (value.theme != icon_theme::any)
    writer.member("theme", value.theme == icon_theme::light ? "light" : "dark");
  writer.close();
}

} // namespace

void append_json(std::string& out, const std::vector<icon>& icons) {
  array_writer writer(out);
  for (const auto& value : icons)
    append_icon(writer.element(), value);
  writer.close();
}

} // namespace troupe::protocol
