#include "troupe/protocol/tool.hpp"

#include "troupe/protocol/common_members.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/member.hpp"

#include <algorithm>
#include <utility>

namespace troupe::protocol {

namespace {

constexpr std::size_t max_name_size = 128;

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

// A tool's own schemas may be larger than what a client may send.
json::value parse_schema(std::string_view text, const char* what,
                         std::vector<std::string>& errors) {
  parse_limits limits;
  limits.max_depth = 128;
  auto parsed = parse_value(text, limits);
  if (parsed)
    return *std::move(parsed);
  errors.push_back(std::string(what) + ": " + parsed.error().message);
  return nullptr;
}

bool is_object_schema(const json::value& schema) {
  const auto* object = schema.if_object();
  const auto* type = object != nullptr ? find_string(*object, "type") : nullptr;
  return type != nullptr && *type == "object";
}

void append_hint(object_writer& writer, std::string_view name, std::optional<bool> hint) {
  if (hint)
    writer.member(name, *hint);
}

void append_tool_annotations(object_writer& writer, const tool& subject, revision r) {
  const bool title_here = !has_titles(r) && !subject.title.empty();
  if (!has_tool_annotations(r) || (subject.annotations.empty() && !title_here))
    return;
  object_writer hints(writer.key("annotations"));
  if (title_here)
    hints.member("title", subject.title);
  append_hint(hints, "readOnlyHint", subject.annotations.read_only);
  append_hint(hints, "destructiveHint", subject.annotations.destructive);
  append_hint(hints, "idempotentHint", subject.annotations.idempotent);
  append_hint(hints, "openWorldHint", subject.annotations.open_world);
  hints.close();
}

bool can_describe_output(const json::value& schema, revision r) {
  return has_output_schema(r) &&
         (has_any_structured_content(r) ? schema.is_object() : is_object_schema(schema));
}

} // namespace

tool::tool(std::string tool_name) : name(std::move(tool_name)) {}

tool tool::with_title(std::string text) && {
  title = std::move(text);
  return std::move(*this);
}

tool tool::with_description(std::string text) && {
  description = std::move(text);
  return std::move(*this);
}

tool tool::with_input(std::string_view json_schema) && {
  input_schema = parse_schema(json_schema, "input schema", syntax_errors);
  return std::move(*this);
}

tool tool::with_input_object(json::object json_schema) && {
  input_schema = std::move(json_schema);
  return std::move(*this);
}

tool tool::with_output(std::string_view json_schema) && {
  output_schema = parse_schema(json_schema, "output schema", syntax_errors);
  return std::move(*this);
}

tool tool::with_output_object(json::object json_schema) && {
  output_schema = std::move(json_schema);
  return std::move(*this);
}

tool tool::with_annotations(tool_annotations value) && {
  annotations = value;
  return std::move(*this);
}

tool tool::with_icon(icon value) && {
  icons.push_back(std::move(value));
  return std::move(*this);
}

tool tool::with_meta(json::object value) && {
  meta = std::move(value);
  return std::move(*this);
}

void tool::append_json(std::string& out, revision r) const {
  object_writer writer(out);
  writer.member("name", name);
  append_title(writer, title, r);
  writer.member_unless_empty("description", description);
  append_icons(writer, icons, r);
  if (input_schema.is_null())
    writer.raw("inputSchema", R"({"type":"object","properties":{}})");
  else
    writer.member("inputSchema", input_schema);
  if (!output_schema.is_null() && can_describe_output(output_schema, r))
    writer.member("outputSchema", output_schema);
  append_tool_annotations(writer, *this, r);
  append_meta(writer, meta, r);
  writer.close();
}

inspection inspect(const tool& subject) {
  inspection found;
  found.errors = subject.syntax_errors;
  if (subject.name.empty() || subject.name.size() > max_name_size ||
      !std::all_of(subject.name.begin(), subject.name.end(), is_name_character))
    found.errors.push_back("name \"" + subject.name +
                           "\": use 1 to 128 of the characters A-Z a-z 0-9 _ . -");
  if (!subject.input_schema.is_null() && !is_object_schema(subject.input_schema))
    found.errors.emplace_back(R"(input schema: must be an object with "type": "object")");
  if (!subject.output_schema.is_null() && !subject.output_schema.is_object())
    found.errors.emplace_back("output schema: must be an object");
  else if (!subject.output_schema.is_null() && !is_object_schema(subject.output_schema))
    found.advice.emplace_back(
        R"(output schema: clients before 2026-07-28 see only one with "type": "object")");
  if (subject.description.empty())
    found.advice.emplace_back("description: without one a model cannot tell when to use the tool");
  return found;
}

} // namespace troupe::protocol
