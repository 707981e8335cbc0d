#include "troupe/protocol/tool_result.hpp"

#include "troupe/protocol/common_members.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

bool can_carry(revision r, const json::value& structured) {
  return has_any_structured_content(r) || (has_structured_content(r) && structured.is_object());
}

} // namespace

tool_result tool_result::text(std::string text) {
  tool_result result;
  result.blocks.push_back(content::text(std::move(text)));
  return result;
}

tool_result tool_result::error(std::string text) {
  auto result = tool_result::text(std::move(text));
  result.is_error = true;
  return result;
}

tool_result tool_result::of(content block) {
  return tool_result().with(std::move(block));
}

tool_result tool_result::of_structured(json::value value) {
  return tool_result().with_structured(std::move(value));
}

tool_result tool_result::with(content block) && {
  blocks.push_back(std::move(block));
  return std::move(*this);
}

tool_result tool_result::with_structured(json::value value) && {
  structured = std::move(value);
  return std::move(*this);
}

tool_result tool_result::with_meta(json::object value) && {
  meta = std::move(value);
  return std::move(*this);
}

void tool_result::append_json(std::string& out, const result_context& to) const {
  const auto r = to.revision;
  object_writer writer(out);
  append_result_members(writer, meta, to);
  if (blocks.empty() && structured) {
    std::string text;
    protocol::append_json(text, *structured);
    protocol::append_json(writer.key("content"), {content::text(std::move(text))}, r);
  } else {
    protocol::append_json(writer.key("content"), blocks, r);
  }
  if (structured && can_carry(r, *structured))
    writer.member("structuredContent", *structured);
  if (is_error)
    writer.member("isError", true);
  writer.close();
}

} // namespace troupe::protocol
