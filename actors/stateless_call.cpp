#include "troupe/actors/stateless_call.hpp"

#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/actors/call_runner.hpp"
#include "troupe/actors/incident.hpp"
#include "troupe/actors/input_rounds.hpp"
#include "troupe/actors/task.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/modern_request.hpp"

namespace troupe {

namespace {

std::string make_response(const protocol::request_id& id, std::string_view result) {
  std::string json;
  json.reserve(result.size() + protocol::usual_envelope_bytes);
  protocol::append_result(json, id, result);
  return json;
}

} // namespace

stateless_call::stateless_call(caf::event_based_actor& self, owner& owner, shard_state_ptr shard,
                               stateless_start start, time_point received)
    : self_(self),
      owner_(owner),
      shard_(std::move(shard)),
      start_(std::move(start)),
      received_(received),
      deadline_(shard_->timers.now() + shard_->options->call_timeout) {
  shard_->observer->call_started();
}

stateless_call::~stateless_call() {
  if (over_)
    return;
  spdlog::debug("{} cancelled: the client has gone", describe(*start_.data));
  abandon_call(self_, start_.run, start_.data, std::exchange(response_id_, {}));
  shard_->observer->request_finished(start_.data->method, outcome_kind::cancelled,
                                     start_.data->transport, clock::now() - received_);
  release();
}

std::optional<stateless_answer> stateless_call::begin() {
  if (shard_->limits.try_acquire(needs())) {
    has_slot_ = true;
    return go();
  }
  request_call_slot(shard_, self_.address(), number(), needs());
  return std::nullopt;
}

std::optional<stateless_answer> stateless_call::go() {
  if (start_.as_task)
    return become_task();
  return dispatch();
}

void stateless_call::on_slot(const call_slot& slot) {
  if (slot.slot->acquired()) {
    slot.slot->hand_over();
    has_slot_ = true;
    if (auto done = go())
      owner_.on_answer(std::move(*done)); // destroys this
    return;
  }
  const auto name = to_string(needs());
  shard_->observer->limit_refused(name);
  auto refused =
      make_failure(start_.id, protocol::make_unavailable("The limit \"" + std::string{name} +
                                                         "\" is reached; try again later."));
  refused.status = 503;
  refused.retry = true;
  refused.kind = outcome_kind::refused;
  answer(std::move(refused));
}

/// The slot goes with the task.
stateless_answer stateless_call::become_task() {
  has_slot_ = false;
  stateless_answer done;
  done.json = make_response(start_.id, spawn_task(shard_, *start_.data, start_.run));
  finish(done);
  return done;
}

/// The handler has looked at the call and said that it takes long.
void stateless_call::on_task_wish(continue_as_task&& wish) {
  if (start_.data->in_task) {
    answer(make_failure(start_.id, report_incident(*start_.data, "the handler returned "
                                                                 "continue_as_task again")));
    return;
  }
  start_.data = next_round(*start_.data, std::move(wish));
  start_.as_task = start_.data->may_be_task;
  if (!start_.as_task) { // then it waits here
    if (auto failed = dispatch())
      owner_.on_answer(std::move(*failed)); // destroys this
    return;
  }
  if (std::exchange(has_slot_, false))
    shard_->limits.release(limit::calls);
  if (auto done = begin())
    owner_.on_answer(std::move(*done)); // destroys this
}

std::optional<stateless_answer> stateless_call::dispatch() {
  if (is_down(start_.run)) {
    auto failed = make_failure(start_.id,
                               report_incident(*start_.data, "the handler's actor is not running"));
    finish(failed);
    return failed;
  }
  // When this call is destroyed before its handler answers, it is abandoned.
  response_id_ = start_call(self_, start_.run, start_.data,
                            [this](encoded_outcome&& done) { on_finished(std::move(done)); });
  return std::nullopt;
}

void stateless_call::on_finished(encoded_outcome&& done) {
  response_id_ = {};
  if (auto* wish = std::get_if<continue_as_task>(&done))
    on_task_wish(std::move(*wish));
  else
    answer(make_answer(*start_.data, start_.id, std::move(done), *shard_));
}

void stateless_call::on_handler_gone(const handler_gone& gone) {
  if (!start_.run.actor() || start_.run.actor().address() != gone.handler)
    return;
  const auto error = report_incident(*start_.data, "the handler's actor ended: " + gone.reason);
  abandon_call(self_, start_.run, start_.data, std::exchange(response_id_, {}));
  answer(make_failure(start_.id, error));
}

void stateless_call::time_out() {
  spdlog::warn("{} timed out", describe(*start_.data));
  abandon_call(self_, start_.run, start_.data, std::exchange(response_id_, {}));
  const std::string why = "The call took longer than this server allows and was given up.";
  auto late = start_.data->method == protocol::method::tools_call
                  ? make_tool_failure(*start_.data, start_.id, tool_result::error(why))
                  : make_failure(start_.id, {protocol::error_code::internal_error, why});
  late.kind = outcome_kind::timed_out;
  answer(std::move(late));
}

void stateless_call::finish(const stateless_answer& done) {
  over_ = true;
  shard_->observer->request_finished(start_.data->method, done.kind, start_.data->transport,
                                     clock::now() - received_);
  release();
}

void stateless_call::answer(stateless_answer&& done) {
  finish(done);
  owner_.on_answer(std::move(done)); // destroys this
}

void stateless_call::release() {
  if (std::exchange(has_slot_, false))
    shard_->limits.release(needs());
  shard_->observer->call_ended();
}

// -- answers --------------------------------------------------------------------------------------

stateless_answer make_answer(const call_data& data, const protocol::request_id& id,
                             encoded_outcome&& done, const shard_state& shard) {
  if (auto* encoded = std::get_if<encoded_result>(&done))
    return {200, std::move(encoded->json),
            encoded->is_error ? outcome_kind::tool_error : outcome_kind::ok};
  if (const auto* error = std::get_if<rpc_error>(&done))
    return make_failure(id, *error);
  const auto asked = ask_for_input(data, std::get<input_required>(done), shard);
  if (!asked)
    return make_failure(id, asked.error());
  return {200, make_response(id, *asked), outcome_kind::ok};
}

stateless_answer make_failure(const protocol::request_id& id, const rpc_error& error) {
  stateless_answer failed;
  failed.status = protocol::modern_status(error.code);
  protocol::append_error(failed.json, id, error);
  failed.kind = error.code == protocol::error_code::internal_error ? outcome_kind::internal_error
                                                                   : outcome_kind::protocol_error;
  return failed;
}

stateless_answer make_tool_failure(const call_data& data, const protocol::request_id& id,
                                   const tool_result& why) {
  std::string json;
  why.append_json(json, {data.client->revision, text_of(data.server_info)});
  return {200, make_response(id, json), outcome_kind::tool_error};
}

} // namespace troupe
