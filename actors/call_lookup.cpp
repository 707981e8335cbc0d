#include "troupe/actors/call_lookup.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "troupe/protocol/member.hpp"
#include "troupe/protocol/revision.hpp"

namespace troupe {

namespace {

std::optional<std::string_view> string_in(const boost::json::object& object, std::string_view key) {
  const auto* text = protocol::find_string(object, key);
  if (text == nullptr)
    return std::nullopt;
  return std::string_view{*text};
}

bool is_modern(const call_data& data) {
  return protocol::is_modern(data.client->revision);
}

lookup_result find_reader(const catalog& catalog, call_data& data) {
  auto reader = catalog.find_reader(data.name);
  if (!reader)
    return protocol::make_resource_not_found(data.name, is_modern(data));
  data.variables = std::move(reader->variables);
  if (reader->cache)
    data.cache = reader->cache;
  return call_target{reader->run, nullptr};
}

tool_result wrong_arguments(const std::vector<protocol::violation>& violations) {
  std::string text = "The arguments do not match the tool's input schema:";
  for (const auto& each : violations)
    text += "\n- arguments" + to_string(each);
  return tool_result::error(std::move(text));
}

lookup_result find_tool(const catalog& catalog, call_data& data) {
  const auto* tool = catalog.tools.find(data.name);
  if (tool == nullptr)
    return protocol::make_invalid_params("Unknown tool: " + std::string{data.name});
  data.output_check = tool->output_check;
  if (tool->input_check) {
    static const boost::json::value none(boost::json::object_kind);
    const auto* sent = protocol::find_member(*data.params, "arguments");
    const auto& arguments = sent != nullptr ? *sent : none;
    if (!tool->input_check->accepts(arguments))
      return wrong_arguments(tool->input_check->check(arguments));
  }
  return call_target{&tool->run, tool};
}

lookup_result find_prompt(const catalog& catalog, const call_data& data) {
  const auto* prompt = catalog.prompts.find(data.name);
  if (prompt == nullptr)
    return protocol::make_invalid_params("Unknown prompt: " + std::string{data.name});
  if (auto wrong = prompt->description.check_arguments(data.arguments))
    return std::move(*wrong);
  return call_target{&prompt->run, nullptr};
}

lookup_result find_completion(const catalog& catalog, call_data& data) {
  const auto* ref = protocol::find_object(*data.params, "ref");
  const auto* argument = protocol::find_object(*data.params, "argument");
  if (ref == nullptr || argument == nullptr) {
    return protocol::make_invalid_params("params.ref and params.argument must be objects.");
  }
  const auto name = string_in(*argument, "name");
  const auto value = string_in(*argument, "value");
  const auto type = string_in(*ref, "type");
  const bool prompt = type == "ref/prompt";
  const auto target = string_in(*ref, prompt ? "name" : "uri");
  if (!name || !value || !target || (!prompt && type != "ref/resource")) {
    return protocol::make_invalid_params(
        "completion/complete needs ref {type: ref/prompt, name} or {type: ref/resource, uri} and "
        "argument {name, value}, all strings.");
  }
  data.name = *target;
  data.completion_argument = *name;
  data.completion_value = *value;
  if (const auto* context = protocol::find_object(*data.params, "context"))
    data.arguments = protocol::find_object(*context, "arguments");
  const completions* available = nullptr;
  if (prompt) {
    if (const auto* entry = catalog.prompts.find(data.name))
      available = &entry->completions;
  } else if (const auto* entry = catalog.templates.find(data.name)) {
    available = &entry->completions;
  } else if (catalog.find_reader(data.name)) {
    static const completions none;
    available = &none;
  }
  if (available == nullptr) {
    return protocol::make_invalid_params((prompt ? "Unknown prompt: " : "Unknown resource: ") +
                                         std::string{data.name});
  }
  const auto found = available->find(data.completion_argument);
  // An argument without completions has none to offer: an empty answer, not an error.
  static const handler nothing{[](const call&) -> outcome { return completion_result{}; },
                               execution::inline_};
  return call_target{found != available->end() ? &found->second : &nothing, nullptr};
}

} // namespace

lookup_result find_target(const catalog& catalog, call_data& data) {
  if (data.params == nullptr)
    return protocol::make_invalid_params("params are missing.");
  if (data.method == protocol::method::completion_complete)
    return find_completion(catalog, data);
  const bool reads = data.method == protocol::method::resources_read;
  const auto name = string_in(*data.params, reads ? "uri" : "name");
  if (!name)
    return protocol::make_invalid_params(reads ? "params.uri must be a string."
                                               : "params.name must be a string.");
  data.name = *name;
  if (reads)
    return find_reader(catalog, data);
  if (const auto* arguments = protocol::find_member(*data.params, "arguments")) {
    data.arguments = arguments->if_object();
    if (data.arguments == nullptr)
      return protocol::make_invalid_params("params.arguments must be an object.");
  }
  return data.method == protocol::method::tools_call ? find_tool(catalog, data)
                                                     : find_prompt(catalog, data);
}

} // namespace troupe
