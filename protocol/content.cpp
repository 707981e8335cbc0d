#include "troupe/protocol/content.hpp"

#include "troupe/protocol/base64.hpp"
#include "troupe/protocol/common_members.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

using kind = media_block::kind;

content media(kind what, std::string data, std::string mime_type) {
  return {media_block{what, std::move(data), std::move(mime_type)}, {}, {}};
}

void write_text(object_writer& writer, std::string_view text) {
  writer.member("type", "text");
  writer.member("text", text);
}

// One function for each kind of block: the newest form, or a text that says the same as well as text can.

void write_block(object_writer& writer, const text_block& block, revision) {
  write_text(writer, block.text);
}

void write_block(object_writer& writer, const media_block& block, revision r) {
  if (block.what == kind::audio && !has_audio(r)) {
    write_text(writer, "[audio, " + block.mime_type +
                           ": this client's protocol revision has no audio content]");
    return;
  }
  writer.member("type", block.what == kind::image ? "image" : "audio");
  writer.member("data", block.data);
  writer.member("mimeType", block.mime_type);
}

void write_block(object_writer& writer, const resource_contents& block, revision r) {
  writer.member("type", "resource");
  block.append_json(writer.key("resource"), r);
}

void write_block(object_writer& writer, const resource_link& block, revision r) {
  if (!has_resource_links(r)) {
    write_text(writer, block.name + ": " + block.uri);
    return;
  }
  writer.member("type", "resource_link");
  writer.member("uri", block.uri);
  writer.member("name", block.name);
  writer.member_unless_empty("title", block.title);
  writer.member_unless_empty("description", block.description);
  writer.member_unless_empty("mimeType", block.mime_type);
  if (block.size)
    writer.member("size", *block.size);
  append_icons(writer, block.icons, r);
}

} // namespace

content content::text(std::string text) {
  return {text_block{std::move(text)}, {}, {}};
}

content content::image(std::string_view bytes, std::string mime_type) {
  return media(kind::image, to_base64(bytes), std::move(mime_type));
}

content content::audio(std::string_view bytes, std::string mime_type) {
  return media(kind::audio, to_base64(bytes), std::move(mime_type));
}

content content::image_base64(std::string data, std::string mime_type) {
  return media(kind::image, std::move(data), std::move(mime_type));
}

content content::audio_base64(std::string data, std::string mime_type) {
  return media(kind::audio, std::move(data), std::move(mime_type));
}

content content::resource(resource_contents contents) {
  return {std::move(contents), {}, {}};
}

content content::link(resource_link link) {
  return {std::move(link), {}, {}};
}

content content::with_annotations(protocol::annotations value) && {
  notes = std::move(value);
  return std::move(*this);
}

content content::with_meta(json::object value) && {
  meta = std::move(value);
  return std::move(*this);
}

void content::append_json(std::string& out, revision r) const {
  object_writer writer(out);
  std::visit([&](const auto& value) { write_block(writer, value, r); }, block);
  append_annotations(writer, notes, r);
  append_meta(writer, meta, r);
  writer.close();
}

void append_json(std::string& out, const std::vector<content>& blocks, revision r) {
  array_writer writer(out);
  for (const auto& block : blocks)
    block.append_json(writer.element(), r);
  writer.close();
}

} // namespace troupe::protocol
