#include "troupe/actors/remote_messages.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "troupe/actors/capability_bits.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/input_transfer.hpp"
#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/member.hpp"

namespace troupe {

namespace {

namespace json = boost::json;

// What a handler says or a tool looks like may be larger than what a client may send.
constexpr protocol::parse_limits own_limits{128, 10'000'000, 1'000'000};

template<class Value>
std::string text_of_json(const Value& value) {
  std::string out;
  protocol::append_json(out, value);
  return out;
}

json::value parse(std::string_view text) {
  auto parsed = protocol::parse_value(text, own_limits);
  return parsed ? *std::move(parsed) : json::value{};
}

constexpr std::array hints{
    &protocol::tool_annotations::read_only, &protocol::tool_annotations::destructive,
    &protocol::tool_annotations::idempotent, &protocol::tool_annotations::open_world};

std::string member(const json::object& object, std::string_view key) {
  const auto* text = protocol::find_string(object, key);
  return text != nullptr ? std::string{*text} : std::string{};
}

std::vector<protocol::icon> read_icons(const json::value& value) {
  std::vector<protocol::icon> icons;
  const auto* list = value.if_array();
  if (list == nullptr)
    return icons;
  for (const auto& each : *list) {
    const auto* object = each.if_object();
    if (object == nullptr)
      continue;
    auto& icon = icons.emplace_back();
    icon.src = member(*object, "src");
    icon.mime_type = member(*object, "mimeType");
    const auto theme = member(*object, "theme");
    icon.theme = theme == "light"  ? protocol::icon_theme::light
                 : theme == "dark" ? protocol::icon_theme::dark
                                   : protocol::icon_theme::any;
    if (const auto* sizes = protocol::find_member(*object, "sizes");
        sizes != nullptr && sizes->is_array())
      for (const auto& size : sizes->get_array())
        if (size.is_string())
          icon.sizes.push_back(json::value_to<std::string>(size));
  }
  return icons;
}

template<class Enum>
Enum enum_of(std::uint8_t value, Enum most) {
  return static_cast<Enum>(std::min(value, static_cast<std::uint8_t>(most)));
}

client_ptr client_of(tool_call& told, const std::string& from) {
  client_ptr who{new client};
  who->identity.id = std::exchange(told.client_id, {});
  if (!who->identity.id.empty())
    who->identity.id += "@" + from;
  who->identity.name = std::move(told.client_name);
  who->identity.version = std::move(told.client_version);
  who->revision = enum_of(told.revision, protocol::all_revisions.back());
  who->identity.revision = to_string(who->revision);
  who->capabilities = capabilities_from(told.capabilities);
  if (told.log_threshold < protocol::log_level_count)
    who->log_level(static_cast<protocol::log_level>(told.log_threshold));
  else
    who->wants_no_log();
  return who;
}

std::uint8_t log_threshold_of(const client& who) {
  std::uint8_t level = 0;
  while (level < protocol::log_level_count && !who.wants(static_cast<protocol::log_level>(level)))
    ++level;
  return level;
}

} // namespace

// -- what a tool looks like -----------------------------------------------------------------------

announced_tool announce(const protocol::tool& description, const tool_options& options) {
  announced_tool told;
  told.name = description.name;
  told.title = description.title;
  told.description = description.description;
  if (!description.input_schema.is_null())
    told.input_schema = text_of_json(description.input_schema);
  if (!description.output_schema.is_null())
    told.output_schema = text_of_json(description.output_schema);
  if (!description.icons.empty())
    protocol::append_json(told.icons, description.icons);
  if (!description.meta.empty())
    told.meta = text_of_json(description.meta);
  for (const auto hint : hints) {
    const auto& said = description.annotations.*hint;
    told.annotations.push_back(said ? (*said ? 2 : 1) : 0);
  }
  told.tasks = static_cast<std::uint8_t>(options.tasks);
  told.start = static_cast<std::uint8_t>(options.start);
  return told;
}

protocol::tool description_of(const announced_tool& told) {
  protocol::tool result{told.name};
  result.title = told.title;
  result.description = told.description;
  if (!told.input_schema.empty())
    result.input_schema = parse(told.input_schema);
  if (!told.output_schema.empty())
    result.output_schema = parse(told.output_schema);
  if (!told.icons.empty())
    result.icons = read_icons(parse(told.icons));
  if (!told.meta.empty())
    if (auto meta = parse(told.meta); meta.is_object())
      result.meta = std::move(meta.get_object());
  for (std::size_t i = 0; i < std::min(hints.size(), told.annotations.size()); ++i)
    if (told.annotations[i] != 0)
      result.annotations.*hints[i] = told.annotations[i] == 2;
  return result;
}

tool_options options_of(const announced_tool& told) {
  tool_options result;
  result.tasks = enum_of(told.tasks, task_support::required);
  result.start = enum_of(told.start, task_start::returned);
  return result;
}

// -- a call ---------------------------------------------------------------------------------------

tool_call transfer(const call_data& call) {
  tool_call told;
  told.tool = call.name;
  told.params = call.params != nullptr ? text_of_json(*call.params) : "{}";
  if (call.request)
    told.request = call.request->to_json();
  if (!call.answers.empty()) {
    protocol::object_writer answers{told.answers};
    for (const auto& [key, answer] : call.answers)
      answers.member(key, answer);
    answers.close();
  }
  told.state = call.state;
  told.round = call.round;
  told.in_task = call.in_task;
  told.has_task = call.has_task;
  told.may_be_task = call.may_be_task;
  told.client_id = call.client->identity.id;
  told.client_name = call.client->identity.name;
  told.client_version = call.client->identity.version;
  told.revision = static_cast<std::uint8_t>(call.client->revision);
  told.capabilities = capability_bits(call.client->capabilities);
  told.log_threshold = log_threshold_of(*call.client);
  told.transport = static_cast<std::uint8_t>(call.transport);
  told.server_info = text_of(call.server_info);
  return told;
}

call_data_ptr receive(tool_call&& told, const std::string& from,
                      const protocol::parse_limits& limits) {
  auto params = protocol::document::parse(told.params, limits);
  if (!params || !(*params)->root().is_object())
    return nullptr;
  call_data_ptr data{new call_data};
  data->client = client_of(told, from);
  data->transport = enum_of(told.transport, transport_kind::local);
  data->body = *std::move(params);
  data->params = data->body->root().if_object();
  data->method = protocol::method::tools_call;
  if (const auto* name = protocol::find_string(*data->params, "name"))
    data->name = *name;
  if (data->name != told.tool)
    return nullptr;
  data->arguments = protocol::find_object(*data->params, "arguments");
  data->progress_token = protocol::progress_token_of(data->params);
  if (!told.request.empty())
    data->request = protocol::request_id::from(parse(told.request));
  if (!told.answers.empty())
    if (const auto answers = parse(told.answers); answers.is_object())
      for (const auto& answer : answers.get_object())
        data->answers.emplace_back(answer.key(), answer.value());
  data->state = std::move(told.state);
  data->round = told.round;
  data->in_task = told.in_task;
  data->has_task = told.has_task;
  data->may_be_task = told.may_be_task;
  if (!told.server_info.empty())
    data->server_info = make_frame(std::move(told.server_info));
  return data;
}

// -- its end --------------------------------------------------------------------------------------

tool_news make_last_word(std::uint64_t number, encoded_outcome&& done,
                         protocol::revision revision) {
  tool_news news;
  news.number = number;
  const auto fill = [&](tool_news_kind kind, std::string text, std::string state = {}) {
    news.kind = static_cast<std::uint8_t>(kind);
    news.text = std::move(text);
    news.state = std::move(state);
  };
  if (auto* result = std::get_if<encoded_result>(&done)) {
    fill(tool_news_kind::result, std::move(result->json));
    news.is_error = result->is_error;
  } else if (auto* error = std::get_if<rpc_error>(&done)) {
    fill(tool_news_kind::error, std::move(error->message),
         error->data.is_null() ? std::string{} : text_of_json(error->data));
    news.code = error->code;
  } else if (auto* wanted = std::get_if<input_required>(&done)) {
    fill(tool_news_kind::input, protocol::encode_questions(wanted->requests, revision),
         std::move(wanted->state));
  } else {
    fill(tool_news_kind::task, {}, std::move(std::get<continue_as_task>(done).state));
  }
  return news;
}

outcome outcome_of(tool_news&& last) {
  switch (static_cast<tool_news_kind>(last.kind)) {
  case tool_news_kind::result:
    return encoded_result{std::move(last.text), last.is_error};
  case tool_news_kind::error:
    return rpc_error{last.code, std::move(last.text),
                     last.state.empty() ? json::value{} : parse(last.state)};
  case tool_news_kind::input:
    if (auto questions = protocol::decode_questions(last.text))
      return input_required{*std::move(questions), std::move(last.state)};
    break;
  case tool_news_kind::task:
    return continue_as_task{std::move(last.state)};
  default:
    break;
  }
  return rpc_error{protocol::error_code::internal_error,
                   "The node that ran this tool answered in a way that this one does not know."};
}

// -- what it costs --------------------------------------------------------------------------------

std::size_t size_of(const announced_tool& tool) noexcept {
  return tool.name.size() + tool.title.size() + tool.description.size() + tool.input_schema.size() +
         tool.output_schema.size() + tool.icons.size() + tool.meta.size();
}

std::size_t size_of(const tool_call& call) noexcept {
  return call.tool.size() + call.params.size() + call.request.size() + call.answers.size() +
         call.state.size() + call.server_info.size();
}

std::size_t size_of(const tool_news& news) noexcept {
  return news.text.size() + news.state.size();
}

} // namespace troupe
