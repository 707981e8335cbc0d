// Which handler answers a request, and what it is told: names, arguments, variables, completions.

#include <string>
#include <utility>

#include "troupe/actors/session_actor.hpp"

namespace troupe {

namespace {

std::optional<std::string_view> string_in(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string())
    return std::nullopt;
  return std::string_view{value->get_string()};
}

} // namespace

const handler* session_actor::prepare(call_data& data, rpc_error& error) const {
  if (data.params == nullptr) {
    error = protocol::make_invalid_params("params are missing.");
    return nullptr;
  }
  if (data.method == protocol::method::completion_complete)
    return prepare_completion(data, error);
  const bool reads = data.method == protocol::method::resources_read;
  const auto name = string_in(*data.params, reads ? "uri" : "name");
  if (!name) {
    error = protocol::make_invalid_params(reads ? "params.uri must be a string."
                                                : "params.name must be a string.");
    return nullptr;
  }
  data.name = *name;
  if (reads) {
    auto reader = shard_->catalog->find_reader(data.name);
    if (!reader) {
      error = protocol::make_resource_not_found(data.name);
      return nullptr;
    }
    data.variables = std::move(reader->variables);
    return reader->run;
  }
  if (const auto* arguments = data.params->if_contains("arguments")) {
    data.arguments = arguments->if_object();
    if (data.arguments == nullptr) {
      error = protocol::make_invalid_params("params.arguments must be an object.");
      return nullptr;
    }
  }
  if (data.method == protocol::method::tools_call) {
    const auto* tool = shard_->catalog->tools.find(data.name);
    if (tool == nullptr)
      error = protocol::make_invalid_params("Unknown tool: " + std::string{data.name});
    return tool != nullptr ? &tool->run : nullptr;
  }
  const auto* prompt = shard_->catalog->prompts.find(data.name);
  if (prompt == nullptr) {
    error = protocol::make_invalid_params("Unknown prompt: " + std::string{data.name});
    return nullptr;
  }
  if (auto wrong = prompt->description.check_arguments(data.arguments)) {
    error = std::move(*wrong);
    return nullptr;
  }
  return &prompt->run;
}

const handler* session_actor::prepare_completion(call_data& data, rpc_error& error) const {
  const auto* ref = data.params->if_contains("ref");
  const auto* argument = data.params->if_contains("argument");
  if (ref == nullptr || !ref->is_object() || argument == nullptr || !argument->is_object()) {
    error = protocol::make_invalid_params("params.ref and params.argument must be objects.");
    return nullptr;
  }
  const auto name = string_in(argument->get_object(), "name");
  const auto value = string_in(argument->get_object(), "value");
  const auto type = string_in(ref->get_object(), "type");
  const bool prompt = type == "ref/prompt";
  const auto target = string_in(ref->get_object(), prompt ? "name" : "uri");
  if (!name || !value || !target || (!prompt && type != "ref/resource")) {
    error = protocol::make_invalid_params(
        "completion/complete needs ref {type: ref/prompt, name} or {type: ref/resource, uri} and "
        "argument {name, value}, all strings.");
    return nullptr;
  }
  data.name = *target;
  data.completion_argument = *name;
  data.completion_value = *value;
  if (const auto* context = data.params->if_contains("context"); context && context->is_object())
    if (const auto* known = context->get_object().if_contains("arguments"))
      data.arguments = known->if_object();
  const completions* available = nullptr;
  if (prompt) {
    if (const auto* entry = shard_->catalog->prompts.find(data.name))
      available = &entry->completions;
  } else if (const auto* entry = shard_->catalog->templates.find(data.name)) {
    available = &entry->completions;
  } else if (shard_->catalog->find_reader(data.name)) {
    static const completions none;
    available = &none;
  }
  if (available == nullptr) {
    error = protocol::make_invalid_params((prompt ? "Unknown prompt: " : "Unknown resource: ") +
                                          std::string{data.name});
    return nullptr;
  }
  const auto found = available->find(data.completion_argument);
  // An argument without completions has none to offer: an empty answer, not an error.
  static const handler nothing{[](const call&) -> outcome { return completion_result{}; },
                               execution::inline_};
  return found != available->end() ? &found->second : &nothing;
}

} // namespace troupe
