#include "troupe/protocol/json_rpc.hpp"

#include "troupe/protocol/member.hpp"

#include <limits>
#include <string>
#include <utility>

namespace troupe::protocol {

namespace {

// The members of an envelope that mean something; others are allowed and ignored.
struct envelope {
  const json::value* version = nullptr;
  const json::value* id = nullptr;
  const json::value* method = nullptr;
  const json::value* params = nullptr;
  const json::value* result = nullptr;
  const json::value* error = nullptr;
};

envelope read_envelope(const json::object& object) {
  envelope parts;
  for (const auto& [key, value] : object) {
    if (key == "jsonrpc")
      parts.version = &value;
    else if (key == "id")
      parts.id = &value;
    else if (key == "method")
      parts.method = &value;
    else if (key == "params")
      parts.params = &value;
    else if (key == "result")
      parts.result = &value;
    else if (key == "error")
      parts.error = &value;
  }
  return parts;
}

std::optional<rpc_error> read_error(const json::value& value, rpc_error& into) {
  const auto* object = value.if_object();
  if (object == nullptr)
    return make_invalid_request("error: expected an object");
  const auto* code = find_member(*object, "code");
  const auto* number = code != nullptr ? code->if_int64() : nullptr;
  if (number == nullptr || !std::in_range<int>(*number))
    return make_invalid_request("error.code: expected an integer of 32 bits");
  const auto* message = find_string(*object, "message");
  if (message == nullptr)
    return make_invalid_request("error.message: expected a string");
  into.code = static_cast<int>(*number);
  into.message.assign(message->data(), message->size());
  if (const auto* data = find_member(*object, "data"))
    into.data = *data;
  return std::nullopt;
}

message classify_call(const envelope& parts, std::optional<request_id> id) {
  const auto refuse = [&](const char* why) {
    return invalid_message{make_invalid_request(why), id};
  };
  const auto* name = parts.method->if_string();
  if (name == nullptr)
    return refuse("method: expected a string");
  if (parts.result != nullptr || parts.error != nullptr)
    return refuse("a message has either a method, or a result or an error");
  const auto* params = parts.params != nullptr ? parts.params->if_object() : nullptr;
  if (parts.params != nullptr && params == nullptr)
    return refuse("params: expected an object");
  const std::string_view method(name->data(), name->size());
  if (id)
    return request{std::move(*id), method, params};
  return notification{method, params};
}

message classify_answer(const envelope& parts, std::optional<request_id> id) {
  const auto refuse = [&](rpc_error why) { return invalid_message{std::move(why), id}; };
  if (!id)
    return refuse(make_invalid_request("id: an answer needs the id of the request it answers"));
  if (parts.result != nullptr && parts.error != nullptr)
    return refuse(make_invalid_request("an answer has either a result or an error"));
  response answer;
  if (parts.error != nullptr) {
    if (auto problem = read_error(*parts.error, answer.error.emplace()))
      return refuse(std::move(*problem));
  } else {
    answer.result = parts.result->if_object();
    if (answer.result == nullptr)
      return refuse(make_invalid_request("result: expected an object"));
  }
  answer.id = std::move(*id);
  return answer;
}

bool is_version_2(const json::value* version) {
  const auto* text = version != nullptr ? version->if_string() : nullptr;
  return text != nullptr && *text == "2.0";
}

} // namespace

message classify(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr)
    return invalid_message{
        make_invalid_request(value.is_array()
                                 ? "a batch is not allowed here: send every message by itself"
                                 : "expected a JSON object with a JSON-RPC message"),
        std::nullopt};
  const auto parts = read_envelope(*object);
  auto id = parts.id != nullptr ? request_id::from(*parts.id) : std::nullopt;
  if (!is_version_2(parts.version))
    return invalid_message{make_invalid_request(R"(jsonrpc: expected "2.0")"), std::move(id)};
  if (parts.id != nullptr && !id)
    return invalid_message{
        make_invalid_request(
            "id: expected a string of at most 1024 bytes or an integer of 64 bits"),
        std::nullopt};
  if (parts.method != nullptr)
    return classify_call(parts, std::move(id));
  if (parts.result != nullptr || parts.error != nullptr)
    return classify_answer(parts, std::move(id));
  return invalid_message{make_invalid_request("method: missing"), std::move(id)};
}

boost::system::result<std::vector<message>, invalid_message>
classify_batch(const json::value& value, std::size_t max_messages) {
  const auto refuse = [](std::string why) {
    return invalid_message{make_invalid_request(std::move(why)), std::nullopt};
  };
  const auto* batch = value.if_array();
  if (batch == nullptr)
    return refuse("expected a JSON array with JSON-RPC messages");
  if (batch->empty())
    return refuse("an empty batch: send at least one message");
  if (batch->size() > max_messages)
    return refuse("a batch of more than " + std::to_string(max_messages) + " messages");
  std::vector<message> messages;
  messages.reserve(batch->size());
  for (const auto& element : *batch)
    messages.push_back(classify(element));
  return messages;
}

} // namespace troupe::protocol
