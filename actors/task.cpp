#include "troupe/actors/task.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "troupe/actors/call_runner.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/task_actor.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/json_writer.hpp"
#include "troupe/protocol/member.hpp"

namespace troupe {

// -- the life -------------------------------------------------------------------------------------

task_actor::task_actor(caf::actor_config& config, shard_state_ptr shard, task_id id,
                       call_data_ptr data, handler run)
    : pinned(config),
      shard_(std::move(shard)),
      id_(id),
      data_(std::move(data)),
      run_(std::move(run)),
      created_at_(shard_->unix_ms()),
      updated_at_(created_at_) {
  data_->number = 1;
  data_->in_task = data_->has_task = true;
  arm_end_of_life();
}

void task_actor::arm_end_of_life() {
  const std::chrono::milliseconds age{std::max<std::int64_t>(shard_->unix_ms() - created_at_, 0)};
  const auto left = std::max(shard_->options->task_ttl - age, std::chrono::milliseconds{0});
  shard_->timers.arm(*this, shard_->timers.now() + left);
}

caf::behavior task_actor::make_behavior() {
  constexpr auto self = &running<task_actor>;
  static const caf::behavior shared{
      [](const task_request& request) { return self().on_request(request); },
      [](call_finished& done) {
        if (done.call == self().data_->number && self().phase_ == phase::working)
          self().on_done(std::move(done.result));
      },
      [](const call_event&) {}, // tasks have no stream of their own
      [](call_status& status) {
        if (status.call != self().data_->number || self().phase_ != phase::working)
          return;
        self().message_ = std::move(status.text);
        self().enter(phase::working);
      },
      [](const call_stream_detached&) {},
      [](const handler_gone& gone) {
        if (self().phase_ == phase::working && self().run_.actor() &&
            self().run_.actor().address() == gone.handler)
          self().fail(report_incident(*self().data_, "the handler's actor ended: " + gone.reason));
      },
      [](const drain&) {
        self().draining_ = true;
        if (self().phase_ != phase::working)
          self().leave();
      },
      [](handover_turn) { self().on_handover_turn(); },
      [](handover_over) { self().quit(); },
  };
  return shared;
}

// -- what clients see -----------------------------------------------------------------------------

protocol::task task_actor::describe() const {
  protocol::task seen;
  seen.id = id_.view();
  switch (phase_) {
  case phase::working:
    seen.situation = protocol::task_working{};
    break;
  case phase::input_required:
    seen.situation = protocol::task_input_required{content_};
    break;
  case phase::completed:
    seen.situation = protocol::task_completed{content_};
    break;
  case phase::failed:
    seen.situation = protocol::task_failed{&error_};
    break;
  case phase::cancelled:
    seen.situation = protocol::task_cancelled{};
    break;
  }
  seen.message = message_;
  seen.created_at = created_at_;
  seen.updated_at = updated_at_;
  seen.ttl_ms = static_cast<std::uint64_t>(shard_->options->task_ttl.count());
  seen.poll_interval_ms = static_cast<std::uint64_t>(shard_->options->task_poll_interval.count());
  return seen;
}

std::string task_actor::creation() const {
  std::string json;
  protocol::append_create_task_result(json, describe(), context());
  return json;
}

task_reply task_actor::reply_with(const protocol::request_id& id, std::string_view result) const {
  task_reply done;
  protocol::append_result(done.json, id, result);
  return done;
}

caf::result<task_reply> task_actor::on_request(const task_request& request) {
  if (move_ || moved_)
    return hold(request);
  return answer(request);
}

task_reply task_actor::answer(const task_request& request) {
  std::string result;
  if (request.what == protocol::method::tasks_get) {
    protocol::append_task_result(result, describe(), context());
    return reply_with(request.id, result);
  }
  if (request.what == protocol::method::tasks_cancel)
    cancel();
  else if (const auto wrong = take(*request.responses)) {
    task_reply refused;
    protocol::append_error(refused.json, request.id, *wrong);
    refused.kind = outcome_kind::protocol_error;
    return refused;
  }
  protocol::append_task_ack(result, context());
  return reply_with(request.id, result);
}

/// Only what is outstanding counts; the values under other keys may be anything.
std::optional<rpc_error> task_actor::take(const boost::json::object& responses) {
  if (phase_ != phase::input_required)
    return std::nullopt;
  std::vector<std::pair<std::size_t, const boost::json::object*>> taken;
  for (std::size_t at = 0; at < open_.size(); ++at) {
    const auto* value = protocol::find_member(responses, open_[at].wire_key);
    if (value == nullptr)
      continue;
    const auto* answer = value->if_object();
    const auto wrong = answer != nullptr ? open_[at].request.check_answer(*answer)
                                         : std::optional<std::string>{"expected an object"};
    if (wrong)
      return protocol::make_invalid_params("params.inputResponses." + open_[at].wire_key + ": " +
                                           *wrong);
    taken.emplace_back(at, answer);
  }
  for (auto left = taken.size(); left-- > 0;) {
    const auto [at, answer] = taken[left];
    answers_.emplace_back(std::move(open_[at].key), boost::json::value(*answer, {}));
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (open_.empty()) {
    go_on();
  } else if (!taken.empty()) {
    encode_questions();
    enter(phase::input_required);
  }
  return std::nullopt;
}

// -- the handler ----------------------------------------------------------------------------------

void task_actor::dispatch() {
  data_->caller = caf::actor_cast<caf::actor>(this);
  if (is_down(run_)) {
    fail(report_incident(*data_, "the handler's actor is not running"));
    return;
  }
  response_id_ = start_call(*this, run_, data_, [this](encoded_outcome&& done) {
    response_id_ = {};
    on_done(std::move(done));
  });
}

void task_actor::on_done(encoded_outcome&& done) {
  if (auto* encoded = std::get_if<encoded_result>(&done)) {
    content_ = std::move(encoded->json);
    enter(phase::completed);
  } else if (auto* wanted = std::get_if<input_required>(&done)) {
    ask(std::move(*wanted));
  } else if (auto* error = std::get_if<rpc_error>(&done)) {
    fail(std::move(*error));
  } else {
    fail(report_incident(*data_, "the handler returned continue_as_task within a task"));
  }
}

void task_actor::ask(input_required&& wanted) {
  if (wanted.requests.empty()) {
    fail(report_incident(*data_, "the handler asked for input without saying which"));
    return;
  }
  for (const auto& [key, request] : wanted.requests)
    if (!request.is_allowed(data_->client->capabilities, data_->client->revision)) {
      fail(protocol::make_missing_client_capability(request.required_capabilities()));
      return;
    }
  state_ = std::move(wanted.state);
  answers_.clear();
  for (auto& [key, request] : wanted.requests)
    open_.push_back({make_wire_key(key), key, request});
  encode_questions();
  enter(phase::input_required);
}

/// The handler's key, with a number from its second use on; never one that was used before.
std::string task_actor::make_wire_key(const std::string& key) {
  for (auto& times = asked_[key];;) {
    auto name = ++times == 1 ? key : key + '-' + std::to_string(times);
    if (used_keys_.insert(name).second)
      return name;
  }
}

void task_actor::encode_questions() {
  content_.clear();
  protocol::object_writer requests(content_);
  for (const auto& each : open_) {
    protocol::object_writer one(requests.key(each.wire_key));
    one.member("method", each.request.method());
    each.request.append_params(one.key("params"), data_->client->revision);
    one.close();
  }
  requests.close();
}

/// Everything is answered.
void task_actor::go_on() {
  data_ = next_round(*data_, std::exchange(answers_, {}), std::exchange(state_, {}));
  ++data_->number;
  content_.clear();
  enter(phase::working);
  dispatch();
}

// -- the end --------------------------------------------------------------------------------------

void task_actor::cancel() {
  if (is_over())
    return;
  abandon();
  open_.clear();
  content_.clear();
  enter(phase::cancelled);
}

void task_actor::abandon() {
  abandon_call(*this, run_, data_, std::exchange(response_id_, {}));
}

void task_actor::fail(rpc_error error) {
  abandon();
  error_ = std::move(error);
  enter(phase::failed);
}

void task_actor::enter(phase next) {
  phase_ = next;
  updated_at_ = shard_->unix_ms();
  if (is_over())
    message_.clear();
  tell_shards();
  if (draining_ && phase_ != phase::working)
    leave();
}

void task_actor::tell_shards() {
  const task_changed news{std::string{id_.view()}, protocol::make_task_members(describe())};
  for (const auto& shard : shard_->shards)
    if (shard)
      send(shard, news);
  if (shard_->nodes)
    for (const auto& [node, peer] : shard_->nodes->peers)
      send(peer, news);
}

/// The task's time is over; or the heir does not say whether it has it.
void task_actor::on_timer(time_point) {
  on_event([this] {
    if (move_) {
      on_handover_verdict({handover_outcome::lost, "it did not answer in time"});
      return;
    }
    expired_ = true;
    quit();
  });
}

void task_actor::on_exit() {
  timer::cancel();
  if (!shard_)
    return;
  end_move();
  auto end = task_end::expired;
  if (moved_)
    end = task_end::moved;
  else if (phase_ == phase::completed)
    end = task_end::completed;
  else if (phase_ == phase::failed)
    end = task_end::failed;
  else if (phase_ == phase::cancelled)
    end = task_end::cancelled;
  else {
    spdlog::warn("{} task ended unfinished: {}", troupe::describe(*data_),
                 expired_ ? "its time to live is over" : "the server stops");
    abandon();
  }
  shard_->observer->task_ended(end);
  shard_->tasks.erase(id_);
  shard_->release_foreign(id_);
  shard_->limits.release(limit::tasks);
  shard_ = nullptr;
  // Its call names it as caller: without this, neither would ever be freed, nor the handler's actor.
  data_ = nullptr;
  run_ = {};
}

// -- for others -----------------------------------------------------------------------------------

std::string spawn_task(const shard_state_ptr& shard, const call_data& data, handler run) {
  const auto id = shard->draw_id();
  auto first = next_round(data, data.answers, data.state);
  first->request.reset(); // which is answered at once, with the task
  const auto handle = spawn_pinned<task_actor, caf::lazy_init>(*shard->home, shard, id,
                                                               std::move(first), std::move(run));
  shard->tasks.emplace(id, handle);
  shard->adopt(handle);
  shard->observer->task_created();
  auto& actor = static_cast<task_actor&>(*caf::actor_cast<caf::abstract_actor*>(handle));
  auto created = actor.creation();
  actor.begin();
  return created;
}

task_reply make_unknown_task_reply(const protocol::request_id& id) {
  task_reply unknown;
  protocol::append_error(unknown.json, id, protocol::make_unknown_task());
  unknown.kind = outcome_kind::protocol_error;
  return unknown;
}

task_reply make_unreachable_task_reply(const protocol::request_id& id) {
  task_reply refused;
  protocol::append_error(
      refused.json, id,
      protocol::make_unavailable("The node that has this task cannot be asked now; try again."));
  refused.kind = outcome_kind::refused;
  return refused;
}

} // namespace troupe
