#include "troupe/protocol/input_answer.hpp"

#include "troupe/protocol/member.hpp"

#include <algorithm>

namespace troupe::protocol {

namespace {

std::optional<std::string_view> string_in(const json::object& object, std::string_view name) {
  const auto* text = find_string(object, name);
  if (text == nullptr)
    return std::nullopt;
  return std::string_view(text->data(), text->size());
}

// Absent is fine, another type is not.
std::optional<std::string_view> optional_string_in(const json::object& object,
                                                   std::string_view name) {
  return object.contains(name) ? string_in(object, name) : std::string_view{};
}

std::optional<elicitation_action> action_from(std::string_view text) {
  if (text == "accept")
    return elicitation_action::accept;
  if (text == "decline")
    return elicitation_action::decline;
  if (text == "cancel")
    return elicitation_action::cancel;
  return std::nullopt;
}

bool is_string(const json::value& value) {
  return value.is_string();
}

// A form has strings, numbers, booleans and arrays of strings.
bool is_form_value(const json::value& value) {
  if (const auto* list = value.if_array())
    return std::all_of(list->begin(), list->end(), is_string);
  return value.is_primitive() && !value.is_null();
}

bool is_content_block(const json::value& value) {
  const auto* object = value.if_object();
  return object != nullptr && string_in(*object, "type");
}

bool is_content(const json::value& value) {
  if (const auto* list = value.if_array())
    return std::all_of(list->begin(), list->end(), is_content_block);
  return is_content_block(value);
}

std::string_view text_of(const json::value& block) {
  const auto* object = block.if_object();
  if (object == nullptr || string_in(*object, "type") != "text")
    return {};
  return string_in(*object, "text").value_or(std::string_view{});
}

} // namespace

std::optional<elicitation_answer> read_elicitation_answer(const json::object& result) {
  const auto action = action_from(string_in(result, "action").value_or(""));
  if (!action)
    return std::nullopt;
  elicitation_answer answer{*action, nullptr};
  const auto* content = find_member(result, "content");
  if (content == nullptr || *action != elicitation_action::accept)
    return answer;
  answer.content = content->if_object();
  if (answer.content == nullptr ||
      !std::all_of(answer.content->begin(), answer.content->end(),
                   [](const auto& member) { return is_form_value(member.value()); }))
    return std::nullopt;
  return answer;
}

std::string_view sampling_answer::text() const {
  if (content == nullptr)
    return {};
  if (const auto* list = content->if_array()) {
    for (const auto& block : *list)
      if (const auto found = text_of(block); !found.empty())
        return found;
    return {};
  }
  return text_of(*content);
}

std::optional<sampling_answer> read_sampling_answer(const json::object& result) {
  const auto who = string_in(result, "role");
  const auto model = string_in(result, "model");
  const auto reason = optional_string_in(result, "stopReason");
  const auto* content = find_member(result, "content");
  if ((who != "user" && who != "assistant") || !model || !reason || content == nullptr ||
      !is_content(*content))
    return std::nullopt;
  return sampling_answer{*who == "user" ? role::user : role::assistant, *model, *reason, content};
}

std::optional<std::vector<root>> read_roots_answer(const json::object& result) {
  const auto* value = find_member(result, "roots");
  const auto* list = value != nullptr ? value->if_array() : nullptr;
  if (list == nullptr)
    return std::nullopt;
  std::vector<root> roots;
  roots.reserve(list->size());
  for (const auto& element : *list) {
    const auto* object = element.if_object();
    const auto uri = object != nullptr ? string_in(*object, "uri") : std::nullopt;
    const auto name = object != nullptr ? optional_string_in(*object, "name") : std::nullopt;
    if (!uri || !name)
      return std::nullopt;
    roots.push_back({*uri, *name});
  }
  return roots;
}

} // namespace troupe::protocol
