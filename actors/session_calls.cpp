// Requests that a handler answers: finding it, running it, and every way in which a call can end.

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/actors/call_lookup.hpp"
#include "troupe/actors/call_runner.hpp"
#include "troupe/actors/incident.hpp"
#include "troupe/actors/session_actor.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

// -- beginning ------------------------------------------------------------------------------------

session_actor::answer session_actor::start_call(open_post& post, const protocol::request& request,
                                                protocol::method method,
                                                const protocol::document_ptr& body) {
  call_data_ptr data{new call_data};
  data->client = client_;
  data->transport = transport_.kind;
  data->body = body;
  data->method = method;
  data->params = request.params;
  data->request = request.id;
  auto found = find_target(*shard_->catalog, *data);
  if (const auto* error = std::get_if<rpc_error>(&found))
    return failure(request.id, *error);
  if (const auto* refused = std::get_if<tool_result>(&found))
    return tool_failure(request.id, *refused, outcome_kind::tool_error);
  const auto* run = std::get<call_target>(found).run;
  data->number = next_key_++;
  data->progress_token = protocol::progress_token_of(request.params);
  if (is_inline(*run)) {
    auto done = run_inline(post, *run, data);
    if (auto* encoded = std::get_if<encoded_result>(&done))
      return taken_over(std::move(*encoded));
    if (const auto* failed = std::get_if<rpc_error>(&done))
      return failure(request.id, *failed);
    // It needs input: from here on it is a call like any other.
    if (calls_.size() >= options().max_calls_in_flight)
      return refuse_over_limit(post, request.id, 429, "calls_per_session");
    auto& kept = keep_call(post, request, std::move(data), *run);
    if (auto* questions = std::get_if<input_required>(&done))
      kept.questions = std::move(*questions);
    else // no longer inline: it said that it takes long
      kept.data = next_round(*kept.data, std::get<continue_as_task>(std::move(done)));
    begin_with_slot(kept);
    return std::nullopt;
  }
  if (calls_.size() >= options().max_calls_in_flight)
    return refuse_over_limit(post, request.id, 429, "calls_per_session");
  begin_with_slot(keep_call(post, request, std::move(data), *run));
  return std::nullopt;
}

void session_actor::begin_with_slot(running_call& call) {
  if (shard_->limits.try_acquire(limit::calls)) {
    call.has_slot = true;
    begin(call);
    return;
  }
  // The lease of this thread is used up, which says nothing about the node.
  request_call_slot(shard_, address(), call.data->number);
}

void session_actor::begin(running_call& call) {
  if (call.questions.requests.empty())
    dispatch(call);
  else
    ask(call, std::exchange(call.questions, {}));
}

void session_actor::on_call_slot(const call_slot& answer) {
  auto* call = find_call(answer.call);
  if (call == nullptr)
    return; // over meanwhile; who drops the slot gives it back
  if (answer.slot->acquired()) {
    answer.slot->hand_over();
    call->has_slot = true;
    begin(*call);
    return;
  }
  if (auto* post = find_post(call->post))
    if (auto refused = refuse_over_limit(*post, call->id, 503, to_string(limit::calls)))
      finish_call(answer.call, std::move(*refused));
}

session_actor::answer session_actor::refuse_over_limit(open_post& post,
                                                       const protocol::request_id& id, int status,
                                                       std::string_view limit_name,
                                                       std::string_view advice) {
  observer().limit_refused(limit_name);
  if (!post.batch) {
    post.status = status;
    post.retry_after = 1;
  }
  auto refused =
      failure(id, protocol::make_unavailable("The limit \"" + std::string{limit_name} +
                                             "\" is reached; " + std::string{advice} + '.'));
  refused.kind = outcome_kind::refused;
  return refused;
}

session_actor::running_call& session_actor::keep_call(open_post& post,
                                                      const protocol::request& request,
                                                      call_data_ptr data, const handler& run) {
  data->caller = caf::actor_cast<caf::actor>(this);
  auto& kept = calls_.emplace_back();
  kept.data = std::move(data);
  kept.run = run;
  kept.id = request.id;
  kept.post = post.key;
  kept.received = post.received;
  kept.deadline = now() + options().call_timeout;
  observer().call_started();
  return kept;
}

encoded_outcome session_actor::run_inline(open_post& post, const handler& run,
                                          const call_data_ptr& data) {
  // Events reach the stream before the result because they are plain calls back into this session.
  data->direct = this;
  inline_post_ = post.key;
  auto done = run_function(run.function(), call{data});
  inline_post_ = 0;
  data->direct = nullptr;
  return done;
}

void session_actor::dispatch(running_call& running) {
  const auto number = running.data->number;
  if (is_down(running.run)) {
    finish_call(number, report_incident(*running.data, "the handler's actor is not running"));
    return;
  }
  running.response_id =
      troupe::start_call(*this, running.run, running.data, [this, number](encoded_outcome&& done) {
        if (auto* call = find_call(number)) {
          call->response_id = {};
          finish_call(number, std::move(done));
        }
      });
}

// -- ending ---------------------------------------------------------------------------------------

void session_actor::finish_call(std::uint64_t number, encoded_outcome&& done) {
  auto* call = find_call(number);
  if (call == nullptr)
    return; // cancelled or timed out meanwhile
  if (auto* questions = std::get_if<input_required>(&done)) {
    ask(*call, std::move(*questions));
    return;
  }
  if (auto* task = std::get_if<continue_as_task>(&done)) {
    go_on_as_task(*call, std::move(*task));
    return;
  }
  if (auto* encoded = std::get_if<encoded_result>(&done))
    finish_call(number, taken_over(std::move(*encoded)));
  else
    finish_call(number, failure(call->id, std::get<rpc_error>(done)));
}

void session_actor::finish_call(std::uint64_t number, answered&& response) {
  auto* call = find_call(number);
  if (call == nullptr)
    return;
  const auto key = call->post;
  count(call->data->method, response.kind, call->received);
  drop_call(number, false);
  touch();
  auto* post = find_post(key);
  if (post == nullptr)
    return;
  --post->pending;
  if (!response.json.empty())
    respond(*post, std::move(response.json));
  if (post->pending == 0 && post != current_) {
    complete(*post);
    drop_post(key);
  }
  end_if_drained();
}

/// There are no tasks in this era that a client could ask for later: it waits, and the handler goes
/// on at once.
void session_actor::go_on_as_task(running_call& call, continue_as_task&& task) {
  if (call.data->in_task) {
    finish_call(call.data->number,
                report_incident(*call.data, "the handler returned continue_as_task again"));
    return;
  }
  call.data = next_round(*call.data, std::move(task));
  dispatch(call);
}

void session_actor::fail_call(std::uint64_t number, std::string_view why, outcome_kind kind) {
  auto* call = find_call(number);
  if (call == nullptr)
    return;
  // A tool that failed tells the model why; others have only protocol errors.
  answered response;
  if (call->data->method == protocol::method::tools_call) {
    response = tool_failure(call->id, tool_result::error(std::string{why}), kind);
  } else {
    rpc_error error{protocol::error_code::internal_error, std::string{why}, nullptr};
    response = failure(call->id, error);
    response.kind = kind;
  }
  // What the handler still does is of no use to anyone.
  const auto id = call->data->number;
  abandon(*call);
  finish_call(id, std::move(response));
}

session_actor::answered session_actor::taken_over(encoded_result&& done) {
  return {std::move(done.json), done.is_error ? outcome_kind::tool_error : outcome_kind::ok};
}

session_actor::answered session_actor::tool_failure(const protocol::request_id& id,
                                                    const tool_result& why,
                                                    outcome_kind kind) const {
  std::string json;
  why.append_json(json, client_->revision);
  auto response = result(id, json);
  response.kind = kind;
  return response;
}

void session_actor::cancel(const protocol::request_id& id, std::string_view reason) {
  const auto found = std::find_if(calls_.begin(), calls_.end(),
                                  [&](const running_call& call) { return call.id == id; });
  if (found == calls_.end())
    return; // already answered: a race that the specification foresees
  spdlog::debug("{} cancelled reason={}", describe(*found->data), reason);
  abandon(*found);
  ++settings_changes_; // a batch's stream may go on without this call
  finish_call(found->data->number, answered{{}, outcome_kind::cancelled});
}

void session_actor::abandon(running_call& call) {
  withdraw_questions(call.data->number);
  abandon_call(*this, call.run, call.data, std::exchange(call.response_id, {}));
}

void session_actor::drop_call(std::uint64_t number, bool abandoned) {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [number](const running_call& call) {
    return call.data->number == number;
  });
  if (found == calls_.end())
    return;
  if (abandoned)
    abandon(*found);
  std::erase_if(questions_, [number](const question& asked) { return asked.call == number; });
  const bool has_slot = found->has_slot;
  calls_.erase(found);
  if (has_slot)
    shard_->limits.release(limit::calls);
  observer().call_ended();
}

void session_actor::on_handler_gone(const handler_gone& gone) {
  std::vector<std::uint64_t> affected;
  for (const auto& call : calls_)
    if (call.run.actor() && call.run.actor().address() == gone.handler)
      affected.push_back(call.data->number);
  for (const auto number : affected)
    if (auto* call = find_call(number)) {
      auto error = report_incident(*call->data, "the handler's actor ended: " + gone.reason);
      abandon(*call);
      finish_call(number, failure(call->id, error));
    }
}

void session_actor::time_out_calls(time_point now) {
  std::vector<std::uint64_t> due;
  for (const auto& call : calls_)
    if (call.deadline <= now)
      due.push_back(call.data->number);
  for (const auto number : due) {
    const auto* call = find_call(number);
    if (call == nullptr)
      continue;
    const bool waits = !call->questions.requests.empty();
    spdlog::warn("{} timed out{}", describe(*call->data),
                 waits ? " while waiting for the client's answer" : "");
    fail_call(number,
              waits ? "The client did not answer a request of this call in time."
                    : "The call took longer than this server allows and was given up.",
              outcome_kind::timed_out);
  }
}

session_actor::running_call* session_actor::find_call(std::uint64_t number) {
  const auto found = std::find_if(calls_.begin(), calls_.end(), [number](const running_call& call) {
    return call.data->number == number;
  });
  return found == calls_.end() ? nullptr : &*found;
}

// -- what a handler tells while it works ----------------------------------------------------------

void session_actor::on_call_event(std::uint64_t number, std::string json) {
  const auto* call = find_call(number);
  const auto key = call != nullptr ? call->post : inline_post_;
  auto* post = key != 0 ? find_post(key) : nullptr;
  if (post == nullptr)
    return; // the call is over
  if (const auto stream = stream_of(*post))
    streams_.emit(*stream, make_frame(std::move(json)));
  else
    observer().events_dropped(1); // this client takes no stream
}

void session_actor::on_stream_detached(std::uint64_t number) {
  const auto* call = find_call(number);
  const auto key = call != nullptr ? call->post : inline_post_;
  auto* post = key != 0 ? find_post(key) : nullptr;
  // Without event ids at the client it could not come back.
  if (post == nullptr || !has_priming_event(client_->revision))
    return;
  if (const auto stream = stream_of(*post))
    streams_.detach(*stream, now());
}

} // namespace troupe
