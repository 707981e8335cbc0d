#include "troupe/actors/stateless_requests.hpp"

#include <optional>
#include <string>
#include <utility>

#include "troupe/actors/call_lookup.hpp"
#include "troupe/actors/call_runner.hpp"
#include "troupe/actors/input_rounds.hpp"
#include "troupe/actors/list_request.hpp"
#include "troupe/actors/task_lookup.hpp"
#include "troupe/actors/task_question.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/initialize.hpp"
#include "troupe/protocol/task.hpp"

namespace troupe {

namespace {

client_ptr make_client(const protocol::request_meta& meta) {
  client_ptr result{new client};
  result->identity.name = meta.client_name;
  result->identity.version = meta.client_version;
  result->identity.revision = to_string(protocol::revision::r2026_07_28);
  result->capabilities = meta.capabilities;
  result->revision = protocol::revision::r2026_07_28;
  if (meta.log_level)
    result->log_level(*meta.log_level);
  else
    result->wants_no_log();
  return result;
}

/// One request on its way.
class request_in_hand {
public:
  request_in_hand(shard_state& shard, const protocol::modern_request& request,
                  const protocol::document_ptr& body, const stateless_source& source)
      : shard_(shard), request_(request), body_(body), source_(source) {}

  stateless_step begin() const {
    switch (request_.method) {
    case protocol::method::server_discover:
    case protocol::method::tools_list:
    case protocol::method::resources_list:
    case protocol::method::resources_templates_list:
    case protocol::method::prompts_list:
      return list();
    case protocol::method::subscriptions_listen:
      return listen();
    case protocol::method::tools_call:
    case protocol::method::resources_read:
    case protocol::method::prompts_get:
    case protocol::method::completion_complete:
      return call();
    case protocol::method::tasks_get:
    case protocol::method::tasks_update:
    case protocol::method::tasks_cancel:
      return ask_task();
    default:
      return counted(
          make_failure(request_.id, protocol::make_method_not_found(to_string(request_.method))));
    }
  }

private:
  stateless_answer counted(stateless_answer done) const {
    shard_.observer->request_finished(request_.method, done.kind, source_.transport,
                                      clock::now() - source_.received);
    return done;
  }

  stateless_step list() const {
    auto page = make_page_response(shard_, request_.method, request_.id, request_.params,
                                   protocol::revision::r2026_07_28);
    if (!page)
      return counted(make_failure(request_.id, page.error()));
    stateless_answer done;
    done.json = std::move(page->json);
    done.shared_end = std::move(page->shared_end);
    return counted(std::move(done));
  }

  stateless_step listen() const {
    auto filter =
        protocol::parse_subscription_filter(*request_.params, shard_.options->max_subscriptions);
    if (!filter)
      return counted(make_failure(request_.id, filter.error()));
    if (filter->names_tasks && !request_.meta.capabilities.tasks_extension)
      return counted(make_failure(request_.id, protocol::make_missing_tasks_extension()));
    // What does not exist (yet) can be listened to all the same: it may come.
    return stateless_listen{request_.id, *std::move(filter)};
  }

  stateless_step ask_task() const {
    if (!request_.meta.capabilities.tasks_extension)
      return counted(make_failure(request_.id, protocol::make_missing_tasks_extension()));
    protocol::task_update wanted{};
    if (request_.method == protocol::method::tasks_update) {
      const auto update = protocol::parse_task_update(request_.params);
      if (!update)
        return counted(make_failure(request_.id, update.error()));
      wanted = *update;
    } else {
      const auto id = protocol::parse_task_id(request_.params);
      if (!id)
        return counted(make_failure(request_.id, id.error()));
      wanted.id = *id;
    }
    const auto task = task_id::parse(wanted.id);
    if (!task)
      return counted(make_failure(request_.id, protocol::make_unknown_task()));
    session_search search;
    auto place = find_task(shard_, *task, search);
    if (!place.whom)
      return counted(answer_of(place.unreachable ? make_unreachable_task_reply(request_.id)
                                                 : make_unknown_task_reply(request_.id)));
    return stateless_task{std::move(place.whom),
                          {*task, request_.method, request_.id, body_, wanted.responses},
                          std::move(search)};
  }

  stateless_step start(call_data_ptr data, const handler& run, bool as_task) const {
    data->caller = source_.carrier;
    return stateless_start{std::move(data), run, request_.id, as_task};
  }

  /// What a tool wants of the request besides its arguments.
  std::optional<rpc_error> check_tool(const tool_entry* tool, const call_data& data) const {
    if (tool == nullptr)
      return std::nullopt;
    if (tool->options.tasks == task_support::required && !data.client->capabilities.tasks_extension)
      return protocol::make_missing_tasks_extension();
    if (source_.head == nullptr || tool->param_headers.empty())
      return std::nullopt;
    return protocol::check_param_headers(tool->param_headers, data.arguments, *source_.head);
  }

  stateless_step call() const {
    call_data_ptr data{new call_data};
    data->client = make_client(request_.meta);
    data->body = body_;
    data->method = request_.method;
    data->params = request_.params;
    data->request = request_.id;
    data->number = source_.number;
    data->transport = source_.transport;
    data->cache = shard_.options->caching.read;
    data->server_info = shard_.server_info;
    auto found = find_target(*shard_.catalog, *data);
    if (const auto* error = std::get_if<rpc_error>(&found))
      return counted(make_failure(request_.id, *error));
    if (const auto* refused = std::get_if<tool_result>(&found)) {
      // The arguments are wrong; that the headers differ from them would be the first thing to say.
      if (const auto wrong = check_tool(shard_.catalog->tools.find(data->name), *data))
        return counted(make_failure(request_.id, *wrong));
      return counted(make_tool_failure(*data, request_.id, *refused));
    }
    const auto& [run_at, tool] = std::get<call_target>(found);
    if (const auto wrong = check_tool(tool, *data))
      return counted(make_failure(request_.id, *wrong));
    if (const auto wrong = take_answers(*data, shard_))
      return counted(make_failure(request_.id, *wrong));
    data->progress_token = protocol::progress_token_of(request_.params);
    const auto& run = *run_at;
    data->may_be_task = tool != nullptr && tool->options.tasks != task_support::forbidden &&
                        data->client->capabilities.tasks_extension;
    const bool as_task = data->may_be_task && tool->options.start == task_start::at_once;
    if (!is_inline(run) || as_task)
      return start(std::move(data), run, as_task);
    data->direct = source_.direct;
    auto done = run_function(run.function(), troupe::call{data});
    data->direct = nullptr;
    if (auto* wish = std::get_if<continue_as_task>(&done)) // no longer inline
      return start(next_round(*data, std::move(*wish)), run, data->may_be_task);
    return counted(make_answer(*data, request_.id, std::move(done), shard_));
  }

  shard_state& shard_;
  const protocol::modern_request& request_;
  const protocol::document_ptr& body_;
  const stateless_source& source_;
};

} // namespace

stateless_step begin_request(shard_state& shard, const protocol::modern_request& request,
                             const protocol::document_ptr& body, const stateless_source& source) {
  return request_in_hand{shard, request, body, source}.begin();
}

frame_ptr make_server_info(const session_options& options) {
  if (!options.tell_server_info)
    return nullptr;
  protocol::implementation self;
  self.name = options.server_name;
  self.title = options.server_title;
  self.version = options.server_version;
  std::string json;
  protocol::append_json(json, self, protocol::revision::r2026_07_28);
  return make_frame(std::move(json));
}

} // namespace troupe
