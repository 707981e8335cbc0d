#include "troupe/protocol/input_transfer.hpp"

#include "troupe/protocol/document.hpp"
#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/member.hpp"

#include <utility>

namespace troupe::protocol {

namespace {

// Handlers may ask for what no client may send.
constexpr parse_limits limits{128, 1'000'000, 100'000};

std::string text_in(const json::object& object, std::string_view key) {
  const auto* text = find_string(object, key);
  return text != nullptr ? std::string(text->data(), text->size()) : std::string();
}

json::object object_in(const json::object& object, std::string_view key) {
  const auto* found = find_object(object, key);
  return found != nullptr ? json::object(*found, {}) : json::object();
}

template<class Number>
std::optional<Number> number_in(const json::object& object, std::string_view key) {
  const auto* value = find_member(object, key);
  if (value == nullptr)
    return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<Number>(error);
  return error ? std::nullopt : std::optional{number};
}

input_request read_elicitation(const json::object& params) {
  if (text_in(params, "mode") == "url")
    return url_elicitation{text_in(params, "message"), text_in(params, "url"),
                           text_in(params, "elicitationId")};
  return form_elicitation{text_in(params, "message"), object_in(params, "requestedSchema")};
}

std::optional<std::vector<sampling_message>> read_messages(const json::object& params) {
  const auto* value = find_member(params, "messages");
  const auto* list = value != nullptr ? value->if_array() : nullptr;
  if (list == nullptr)
    return std::nullopt;
  std::vector<sampling_message> messages;
  for (const auto& each : *list) {
    const auto* object = each.if_object();
    const auto* blocks = object != nullptr ? find_member(*object, "content") : nullptr;
    if (blocks == nullptr)
      return std::nullopt;
    auto& message = messages.emplace_back();
    message.role = text_in(*object, "role") == "assistant" ? role::assistant : role::user;
    message.blocks = json::value(*blocks, {});
  }
  return messages;
}

std::optional<input_request> read_sampling(const json::object& params) {
  auto messages = read_messages(params);
  if (!messages)
    return std::nullopt;
  sampling wish;
  wish.messages = *std::move(messages);
  wish.max_tokens = number_in<std::uint32_t>(params, "maxTokens").value_or(wish.max_tokens);
  wish.temperature = number_in<double>(params, "temperature");
  wish.system_prompt = text_in(params, "systemPrompt");
  wish.include_context = text_in(params, "includeContext");
  wish.model_preferences = object_in(params, "modelPreferences");
  wish.metadata = object_in(params, "metadata");
  wish.tool_choice = object_in(params, "toolChoice");
  if (const auto* stops = find_member(params, "stopSequences"); stops && stops->is_array())
    for (const auto& stop : stops->get_array())
      if (stop.is_string())
        wish.stop_sequences.emplace_back(stop.get_string());
  if (const auto* tools = find_member(params, "tools"); tools != nullptr && tools->is_array())
    wish.tools = json::array(tools->get_array(), {});
  return input_request{std::move(wish)};
}

std::optional<input_request> read_request(const json::value& value) {
  const auto* object = value.if_object();
  const auto* params = object != nullptr ? find_object(*object, "params") : nullptr;
  if (params == nullptr)
    return std::nullopt;
  const auto method = text_in(*object, "method");
  if (method == "elicitation/create")
    return read_elicitation(*params);
  if (method == "sampling/createMessage")
    return read_sampling(*params);
  if (method == "roots/list")
    return input_request{roots_query{}};
  return std::nullopt;
}

} // namespace

std::string encode_questions(const questions& asked, revision r) {
  std::string out;
  object_writer writer(out);
  for (const auto& [key, request] : asked) {
    object_writer one(writer.key(key));
    one.member("method", request.method());
    request.append_params(one.key("params"), r);
    one.close();
  }
  writer.close();
  return out;
}

std::optional<questions> decode_questions(std::string_view text) {
  const auto parsed = document::parse(text, limits);
  const auto* root = parsed ? (*parsed)->root().if_object() : nullptr;
  if (root == nullptr)
    return std::nullopt;
  questions result;
  for (const auto& member : *root) {
    auto request = read_request(member.value());
    if (!request)
      return std::nullopt;
    result.emplace(std::string(member.key()), *std::move(request));
  }
  return result;
}

} // namespace troupe::protocol
