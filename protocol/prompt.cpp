#include "troupe/protocol/prompt.hpp"

#include "troupe/protocol/common_members.hpp"
#include "troupe/protocol/shape.hpp"

#include <set>
#include <string_view>
#include <utility>

namespace troupe::protocol {

prompt::prompt(std::string prompt_name) : name(std::move(prompt_name)) {}

prompt prompt::with_title(std::string text) && {
  title = std::move(text);
  return std::move(*this);
}

prompt prompt::with_description(std::string text) && {
  description = std::move(text);
  return std::move(*this);
}

prompt prompt::with_argument(std::string argument_name, std::string about, bool required) && {
  arguments.push_back({std::move(argument_name), std::move(about), required, {}});
  return std::move(*this);
}

prompt prompt::with_argument(prompt_argument argument) && {
  arguments.push_back(std::move(argument));
  return std::move(*this);
}

prompt prompt::with_icon(icon value) && {
  icons.push_back(std::move(value));
  return std::move(*this);
}

prompt prompt::with_meta(json::object value) && {
  meta = std::move(value);
  return std::move(*this);
}

void prompt::append_json(std::string& out, revision r) const {
  object_writer writer(out);
  writer.member("name", name);
  append_title(writer, title, r);
  writer.member_unless_empty("description", description);
  append_icons(writer, icons, r);
  if (!arguments.empty()) {
    array_writer list(writer.key("arguments"));
    for (const auto& argument : arguments) {
      object_writer one(list.element());
      one.member("name", argument.name);
      append_title(one, argument.title, r);
      one.member_unless_empty("description", argument.description);
      if (argument.required)
        one.member("required", true);
      one.close();
    }
    list.close();
  }
  append_meta(writer, meta, r);
  writer.close();
}

std::optional<rpc_error> prompt::check_arguments(const json::object* given) const {
  constexpr std::string_view path = "params.arguments";
  const json::object none;
  const auto& object = given != nullptr ? *given : none;
  for (const auto& argument : arguments) {
    const auto value = argument.required ? required_string(object, path, argument.name)
                                         : optional_string(object, path, argument.name);
    if (!value)
      return value.error();
  }
  for (const auto& [key, value] : object)
    if (!value.is_string())
      return make_shape_error(path, key, "a string");
  return std::nullopt;
}

inspection inspect(const prompt& subject) {
  inspection found;
  if (subject.name.empty())
    found.errors.emplace_back("name: must not be empty");
  std::set<std::string_view> seen;
  for (const auto& argument : subject.arguments) {
    if (argument.name.empty())
      found.errors.emplace_back("argument: its name must not be empty");
    else if (!seen.insert(argument.name).second)
      found.errors.push_back("argument \"" + argument.name + "\": declared twice");
  }
  if (subject.description.empty())
    found.advice.emplace_back(
        "description: without one a person cannot tell what the prompt is for");
  return found;
}

} // namespace troupe::protocol
