// Requests to the client, for handlers that returned input_required: elicitation, sampling, roots.
// They go out on the call's own stream; when all are answered the handler is called again.

#include <algorithm>
#include <utility>

#include "troupe/actors/session_actor.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

void session_actor::ask(running_call& call, input_required&& wanted) {
  const auto number = call.data->number;
  if (wanted.requests.empty()) {
    fail_call(number, "The handler asked for input without saying which.",
              outcome_kind::internal_error);
    return;
  }
  for (const auto& [key, request] : wanted.requests)
    if (!request.is_allowed(client_->capabilities, client_->revision)) {
      std::string needed;
      protocol::append_json(needed, request.required_capabilities());
      fail_call(number,
                "This needs a client that supports " + std::string{request.method()} +
                    "; it must declare the capabilities " + needed + " in initialize.",
                outcome_kind::tool_error);
      return;
    }
  auto* post = find_post(call.post);
  auto stream = post != nullptr ? stream_of(*post) : std::nullopt;
  // A client that takes no stream for its POST may still have a standalone one.
  if (!stream)
    stream = streams_.standalone();
  if (!stream) {
    fail_call(number, "The client accepts no event stream, so it cannot be asked for input.",
              outcome_kind::tool_error);
    return;
  }
  call.questions = std::move(wanted);
  call.data->answers.clear();
  call.deadline = now() + options().client_answer_timeout;
  for (const auto& [key, request] : call.questions.requests) {
    const auto id = next_question_++;
    questions_.push_back({id, number, key});
    std::string params;
    request.append_params(params, client_->revision);
    std::string json;
    protocol::append_request(json, protocol::request_id{id}, request.method(),
                             std::string_view{params});
    streams_.emit(*stream, make_frame(std::move(json)));
  }
  schedule();
}

void session_actor::on_response(const protocol::response& response) {
  const auto* id = response.id.if_int64();
  if (id == nullptr)
    return; // we only give out integers
  const auto asked = std::find_if(questions_.begin(), questions_.end(),
                                  [id](const question& open) { return open.id == *id; });
  if (asked == questions_.end())
    return; // late: the call is over
  const auto [question_id, number, key] = std::exchange(*asked, {});
  questions_.erase(asked);
  auto* call = find_call(number);
  if (call == nullptr)
    return;
  if (response.error) {
    fail_call(number, "The client refused to answer: " + response.error->message,
              outcome_kind::tool_error);
    return;
  }
  const auto& request = call->questions.requests.at(key);
  if (const auto wrong = request.check_answer(*response.result)) {
    fail_call(number,
              "The client's answer to " + std::string{request.method()} + " is wrong: " + *wrong,
              outcome_kind::tool_error);
    return;
  }
  // On the heap: the document of this response does not live as long as the call.
  call->data->answers.emplace_back(key, boost::json::value(*response.result, {}));
  if (call->data->answers.size() == call->questions.requests.size())
    continue_call(*call);
}

void session_actor::continue_call(running_call& call) {
  auto next =
      next_round(*call.data, std::move(call.data->answers), std::move(call.questions.state));
  call.questions = {};
  call.data = std::move(next);
  call.deadline = now() + options().call_timeout;
  if (call.run.is_actor() || call.run.where() != execution::inline_) {
    dispatch(call);
    return;
  }
  const auto number = call.data->number;
  if (auto* post = find_post(call.post))
    finish_call(number, run_inline(*post, call.run, call.data));
  else
    drop_call(number, true);
}

void session_actor::withdraw_questions(std::uint64_t call) {
  for (const auto& asked : questions_) {
    if (asked.call != call)
      continue;
    const auto* running = find_call(call);
    auto* post = running != nullptr ? find_post(running->post) : nullptr;
    const auto stream = is_duplex()                            ? streams_.standalone()
                        : post != nullptr && post->stream != 0 ? std::optional{post->stream}
                                                               : std::nullopt;
    if (!stream)
      continue;
    const boost::json::object params{{"requestId", asked.id},
                                     {"reason", "the call that needed it is over"}};
    std::string json;
    protocol::append_notification(json, "notifications/cancelled", &params);
    streams_.emit(*stream, make_frame(std::move(json)));
  }
  std::erase_if(questions_, [call](const question& asked) { return asked.call == call; });
}

} // namespace troupe
