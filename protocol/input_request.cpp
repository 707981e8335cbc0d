#include "troupe/protocol/input_request.hpp"

#include "troupe/protocol/json_schema.hpp"
#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/member.hpp"
#include "troupe/protocol/overloaded.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

constexpr const char* bad_elicitation =
    "expected the action accept, decline or cancel, and as content an object of plain values";

json::object nested(std::string_view outer, std::string_view inner = {}) {
  json::object result;
  auto& object = result[outer].emplace_object();
  if (!inner.empty())
    object[inner].emplace_object();
  return result;
}

bool wants_context(const sampling& wish) {
  return !wish.include_context.empty() && wish.include_context != "none";
}

bool wants_tools(const sampling& wish) {
  return !wish.tools.empty() || !wish.tool_choice.empty();
}

json::object required_by(const sampling& wish) {
  auto result = nested("sampling");
  auto& object = result["sampling"].as_object();
  if (wants_tools(wish))
    object["tools"].emplace_object();
  if (wants_context(wish))
    object["context"].emplace_object();
  return result;
}

bool allows(const client_capabilities& client, revision r, const sampling& wish) {
  if (!client.sampling)
    return false;
  if (wants_tools(wish) && !(has_sampling_tools(r) && client.sampling_tools))
    return false;
  // Before 2025-11-25 the context came with sampling itself.
  return !wants_context(wish) || !has_sampling_tools(r) || client.sampling_context;
}

// Clients before URL mode do not know `mode`; it may be left out for forms.
void append_form(std::string& out, const form_elicitation& wish, revision r) {
  object_writer writer(out);
  if (has_url_elicitation(r))
    writer.member("mode", "form");
  writer.member("message", wish.message);
  writer.member("requestedSchema", wish.requested_schema);
  writer.close();
}

void append_url(std::string& out, const url_elicitation& wish, revision r) {
  object_writer writer(out);
  writer.member("mode", "url");
  writer.member("message", wish.message);
  writer.member("url", wish.url);
  if (!is_modern(r))
    writer.member("elicitationId", wish.elicitation_id);
  writer.close();
}

void append_messages(object_writer& writer, const sampling& wish, revision r) {
  array_writer list(writer.key("messages"));
  for (const auto& message : wish.messages) {
    object_writer one(list.element());
    one.member("role", to_string(message.role));
    if (message.blocks.is_null())
      message.content.append_json(one.key("content"), r);
    else
      one.member("content", message.blocks);
    one.close();
  }
  list.close();
}

void append_sampling(std::string& out, const sampling& wish, revision r) {
  object_writer writer(out);
  append_messages(writer, wish, r);
  writer.member_unless_empty("modelPreferences", wish.model_preferences);
  writer.member_unless_empty("systemPrompt", wish.system_prompt);
  writer.member_unless_empty("includeContext", wish.include_context);
  if (wish.temperature)
    writer.member("temperature", *wish.temperature);
  writer.member("maxTokens", wish.max_tokens);
  if (!wish.stop_sequences.empty()) {
    array_writer list(writer.key("stopSequences"));
    for (const auto& sequence : wish.stop_sequences)
      list.element(sequence);
    list.close();
  }
  writer.member_unless_empty("metadata", wish.metadata);
  if (!wish.tools.empty())
    writer.member("tools", wish.tools);
  writer.member_unless_empty("toolChoice", wish.tool_choice);
  writer.close();
}

bool has_required_members(const json::object& schema) {
  const auto* required = find_member(schema, "required");
  const auto* list = required != nullptr ? required->if_array() : nullptr;
  return list != nullptr && !list->empty();
}

/// A schema that cannot be compiled is the handler's defect and checks nothing.
std::optional<std::string> check_content(const json::object& schema, const json::object& content) {
  schema_options options;
  options.assert_formats = true; // forms have few formats, and people mistype
  const auto compiled = json_schema::compile(json::value(schema), options);
  if (!compiled)
    return std::nullopt;
  const auto broken = (*compiled)->check(json::value(content));
  if (broken.empty())
    return std::nullopt;
  std::string text = "content";
  for (const auto& each : broken)
    text += (&each == &broken.front() ? "" : "; ") + to_string(each);
  return text;
}

std::optional<std::string> check_form(const form_elicitation& wish, const json::object& result) {
  const auto answer = read_elicitation_answer(result);
  if (!answer)
    return bad_elicitation;
  if (answer->action == elicitation_action::accept && answer->content == nullptr &&
      has_required_members(wish.requested_schema))
    return "expected content: the form has required fields";
  if (answer->action == elicitation_action::accept && answer->content != nullptr)
    return check_content(wish.requested_schema, *answer->content);
  return std::nullopt;
}

} // namespace

std::string_view input_request::method() const noexcept {
  if (std::holds_alternative<sampling>(value_))
    return "sampling/createMessage";
  return std::holds_alternative<roots_query>(value_) ? "roots/list" : "elicitation/create";
}

json::object input_request::required_capabilities() const {
  return std::visit(
      overloaded{[](const form_elicitation&) { return nested("elicitation", "form"); },
                 [](const url_elicitation&) { return nested("elicitation", "url"); },
                 [](const sampling& wish) { return required_by(wish); },
                 [](const roots_query&) { return nested("roots"); }},
      value_);
}

bool input_request::is_allowed(const client_capabilities& client, revision r) const noexcept {
  return std::visit(
      overloaded{
          [&](const form_elicitation&) { return client.elicitation_form && has_elicitation(r); },
          [&](const url_elicitation&) { return client.elicitation_url && has_url_elicitation(r); },
          [&](const sampling& wish) { return allows(client, r, wish); },
          [&](const roots_query&) { return client.roots; }},
      value_);
}

void input_request::append_params(std::string& out, revision r) const {
  std::visit(overloaded{[&](const form_elicitation& wish) { append_form(out, wish, r); },
                        [&](const url_elicitation& wish) { append_url(out, wish, r); },
                        [&](const sampling& wish) { append_sampling(out, wish, r); },
                        [&](const roots_query&) { out += "{}"; }},
             value_);
}

std::optional<std::string> input_request::check_answer(const json::object& result) const {
  const auto verdict = [](bool right, const char* problem) {
    return right ? std::nullopt : std::optional<std::string>(problem);
  };
  return std::visit(
      overloaded{[&](const form_elicitation& wish) { return check_form(wish, result); },
                 [&](const url_elicitation&) {
                   return verdict(read_elicitation_answer(result).has_value(), bad_elicitation);
                 },
                 [&](const sampling&) {
                   return verdict(read_sampling_answer(result).has_value(),
                                  "expected role, model and content of a message");
                 },
                 [&](const roots_query&) {
                   return verdict(read_roots_answer(result).has_value(),
                                  "expected roots, each with a uri");
                 }},
      value_);
}

} // namespace troupe::protocol
