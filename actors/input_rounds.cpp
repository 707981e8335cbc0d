#include "troupe/actors/input_rounds.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/actors/incident.hpp"
#include "troupe/protocol/input_exchange.hpp"
#include "troupe/protocol/request_state.hpp"

namespace troupe {

namespace {

bool has_rounds(protocol::method method) {
  return method == protocol::method::tools_call || method == protocol::method::prompts_get ||
         method == protocol::method::resources_read;
}

protocol::request_binding binding_of(const call_data& data) {
  protocol::request_binding binding;
  binding.method = to_string(data.method);
  binding.name = data.name;
  static const boost::json::object none;
  binding.arguments =
      protocol::digest_arguments(data.arguments != nullptr ? *data.arguments : none);
  return binding;
}

bool is_wanted(const protocol::mrtr_state& state, std::string_view key,
               const boost::json::object& answer) {
  const auto asked = std::find_if(state.asked.begin(), state.asked.end(),
                                  [key](const auto& question) { return question.key == key; });
  return asked != state.asked.end() && protocol::is_answer_to(asked->method, asked->schema, answer);
}

} // namespace

std::optional<rpc_error> take_answers(call_data& data, const shard_state& shard) {
  if (!has_rounds(data.method))
    return std::nullopt;
  const auto retry = protocol::parse_input_retry(*data.params);
  if (!retry)
    return retry.error();
  std::optional<protocol::mrtr_state> state;
  if (retry->request_state) {
    auto payload = protocol::open_request_state(*shard.keys, binding_of(data), shard.unix_time(),
                                                *retry->request_state);
    if (payload)
      state = protocol::decode_mrtr_state(*payload);
    if (!state) {
      spdlog::info("{} requestState refused: {}", describe(data),
                   payload ? "of another version" : to_string(payload.error()));
      return protocol::make_invalid_request_state();
    }
    data.state = state->handler;
    data.round = state->round;
  }
  if (retry->responses == nullptr)
    return std::nullopt;
  for (const auto& [key, value] : *retry->responses) {
    const auto* answer = value.if_object();
    // Without a state nothing tells what was asked: then any kind of answer may be one.
    const bool wanted = answer != nullptr && (state ? is_wanted(*state, key, *answer)
                                                    : protocol::is_any_answer(*answer));
    if (wanted)
      data.answers.emplace_back(key, boost::json::value(*answer, {}));
  }
  return std::nullopt;
}

protocol::rpc_result<std::string> ask_for_input(const call_data& data, const input_required& wanted,
                                                const shard_state& shard) {
  if (!has_rounds(data.method))
    return report_incident(data, "the handler asked for input, which only tools/call, prompts/get "
                                 "and resources/read may do");
  if (wanted.requests.empty() && wanted.state.empty())
    return report_incident(data, "the handler asked for input without saying which");
  protocol::mrtr_state state;
  state.round = data.round + 1;
  state.handler = wanted.state;
  for (const auto& [key, request] : wanted.requests) {
    if (!request.is_allowed(data.client->capabilities, data.client->revision))
      return protocol::make_missing_client_capability(request.required_capabilities());
    state.asked.push_back({key, std::string{request.method()}, protocol::schema_of(request)});
  }
  const auto& options = *shard.options;
  const auto expires =
      shard.unix_time() +
      std::chrono::duration_cast<std::chrono::seconds>(options.request_state_ttl).count();
  const auto sealed = protocol::seal_request_state(*shard.keys, binding_of(data), expires,
                                                   protocol::encode_mrtr_state(state));
  std::string json;
  protocol::append_input_required_result(json, wanted, sealed,
                                         {data.client->revision, text_of(data.server_info)});
  return json;
}

} // namespace troupe
