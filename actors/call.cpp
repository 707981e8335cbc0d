#include "troupe/actors/call.hpp"

#include <type_traits>

#include <caf/send.hpp>

#include "troupe/actors/incident.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/member.hpp"

namespace troupe {

namespace {

/// The responses of most tools fit, and are written without growing the text.
constexpr std::size_t usual_response_bytes = 304;

const boost::json::object& empty_object() {
  static const boost::json::object empty;
  return empty;
}

/// A notification whose params are encoded by `append_params(out)`.
template<class AppendParams>
std::string encode_notification(std::string_view method, AppendParams&& append_params) {
  std::string params;
  append_params(params);
  std::string json;
  protocol::append_notification(json, method, std::string_view{params});
  return json;
}

/// True if `value` is larger than everything before; several threads may report for one call.
bool advance(std::atomic<double>& last, double value) {
  auto before = last.load(std::memory_order_relaxed);
  while (value > before)
    if (last.compare_exchange_weak(before, value, std::memory_order_relaxed))
      return true;
  return false;
}

} // namespace

const boost::json::object& call::arguments() const noexcept {
  return data_->arguments != nullptr ? *data_->arguments : empty_object();
}

std::optional<std::string_view> call::string_argument(std::string_view key) const noexcept {
  const auto* text = protocol::find_string(arguments(), key);
  if (text == nullptr)
    return std::nullopt;
  return std::string_view{*text};
}

std::string_view call::variable(std::string_view name) const noexcept {
  for (const auto& [key, value] : data_->variables)
    if (key == name)
      return value;
  return {};
}

const boost::json::object& call::meta() const noexcept {
  if (data_->params != nullptr)
    if (const auto* meta = protocol::find_object(*data_->params, "_meta"))
      return *meta;
  return empty_object();
}

void call::progress(double done, std::optional<double> total, std::string_view message) const {
  if (data_->has_task) {
    if (!message.empty() && !cancelled())
      caf::anon_send(data_->caller, call_status{data_->number, std::string{message}});
    return;
  }
  if (!data_->progress_token || cancelled() || !advance(data_->last_progress, done))
    return;
  send(encode_notification("notifications/progress", [&](std::string& out) {
    protocol::append_progress_params(out, *data_->progress_token, done, total, message,
                                     client().revision);
  }));
}

void call::log(protocol::log_level level, const boost::json::value& data,
               std::string_view logger) const {
  if (!client().wants(level) || cancelled())
    return;
  send(encode_notification("notifications/message", [&](std::string& out) {
    protocol::append_log_params(out, level, logger, data);
  }));
}

void call::notify(std::string_view method, const boost::json::object& params) const {
  if (cancelled())
    return;
  std::string json;
  protocol::append_notification(json, method, &params);
  send(std::move(json));
}

void call::detach_stream() const {
  if (!protocol::has_priming_event(client().revision))
    return; // its client could not come back
  if (data_->direct != nullptr)
    data_->direct->on_stream_detached(data_->number);
  else
    caf::anon_send(data_->caller, call_stream_detached{data_->number});
}

call_data_ptr next_round(const call_data& before, inputs answers, std::string state) {
  call_data_ptr next{new call_data};
  next->number = before.number;
  next->caller = before.caller;
  next->transport = before.transport;
  next->client = before.client;
  next->body = before.body;
  next->method = before.method;
  next->name = before.name;
  next->arguments = before.arguments;
  next->params = before.params;
  next->variables = before.variables;
  next->completion_argument = before.completion_argument;
  next->completion_value = before.completion_value;
  next->progress_token = before.progress_token;
  next->request = before.request;
  next->last_progress = before.last_progress.load();
  next->round = before.round;
  next->in_task = before.in_task;
  next->has_task = before.has_task;
  next->may_be_task = before.may_be_task;
  next->cache = before.cache;
  next->output_check = before.output_check;
  next->server_info = before.server_info;
  next->answers = std::move(answers);
  next->state = std::move(state);
  return next;
}

call_data_ptr next_round(const call_data& before, continue_as_task&& task) {
  auto next = next_round(before, before.answers, std::move(task.state));
  next->in_task = true;
  return next;
}

const boost::json::value* call::input(std::string_view key) const noexcept {
  for (const auto& [name, answer] : data_->answers)
    if (name == key)
      return &answer;
  return nullptr;
}

void call::send(std::string json) const {
  if (data_->direct != nullptr)
    data_->direct->on_call_event(data_->number, std::move(json));
  else
    caf::anon_send(data_->caller, call_event{data_->number, std::move(json)});
}

namespace {

/// The kind of result that a method's handler has to return.
template<class Result>
constexpr bool answers(protocol::method method) {
  if constexpr (std::is_same_v<Result, tool_result>)
    return method == protocol::method::tools_call;
  else if constexpr (std::is_same_v<Result, read_result>)
    return method == protocol::method::resources_read;
  else if constexpr (std::is_same_v<Result, prompt_result>)
    return method == protocol::method::prompts_get;
  else
    return method == protocol::method::completion_complete;
}

/// What the tool promised and did not keep; a tool that reports an error has promised nothing.
std::optional<std::string> find_wrong_output(const tool_result& result, const call_data& call) {
  if (!call.output_check || result.is_error)
    return std::nullopt;
  if (!result.structured)
    return "the tool has an output schema, but its result has no structured content";
  if (call.output_check->accepts(*result.structured))
    return std::nullopt;
  std::string text = "the structured content does not match the tool's output schema: ";
  for (const auto& each : call.output_check->check(*result.structured))
    text += to_string(each) + "; ";
  return text;
}

} // namespace

encoded_outcome encode(outcome&& result, const call_data& call) {
  return std::visit(
      [&](auto&& value) -> encoded_outcome {
        using type = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::is_same_v<type, input_required> ||
                      std::is_same_v<type, continue_as_task> || std::is_same_v<type, rpc_error> ||
                      std::is_same_v<type, encoded_result>) {
          return std::forward<decltype(value)>(value);
        } else {
          if (!answers<type>(call.method))
            return report_incident(call, "the handler returned a result of another kind than " +
                                             std::string{to_string(call.method)} + " asks for");
          if constexpr (std::is_same_v<type, tool_result>)
            if (const auto wrong = find_wrong_output(value, call))
              return report_incident(call, *wrong);
          encoded_result encoded;
          encoded.json.reserve(usual_response_bytes);
          if (call.request)
            protocol::open_result(encoded.json, *call.request);
          value.append_json(encoded.json, {call.client->revision, text_of(call.server_info),
                                           call.cache.value_or(protocol::cache_hints{})});
          if (call.request)
            protocol::close_result(encoded.json);
          if constexpr (std::is_same_v<type, tool_result>)
            encoded.is_error = value.is_error;
          return encoded;
        }
      },
      std::move(result.value));
}

} // namespace troupe
