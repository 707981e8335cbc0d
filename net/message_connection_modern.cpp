// Requests of the modern era: this connection is the caller itself, of many at a time, which it knows
// by number. As all share one channel, they are cancelled by notification and not by going away.

#include <algorithm>
#include <utility>
#include <variant>

#include "troupe/actors/task_question.hpp"
#include "troupe/net/message_connection_actor.hpp"
#include "troupe/protocol/json_rpc.hpp"
#include "troupe/protocol/member.hpp"
#include "troupe/protocol/modern_request.hpp"
#include "troupe/protocol/subscription.hpp"

namespace troupe::net {

message_connection::running_call::running_call(message_connection& connection,
                                               stateless_start start, time_point received)
    : connection_(connection),
      call_(connection, *this, connection.context_->shard_ptr(), std::move(start), received) {}

void message_connection::running_call::on_answer(stateless_answer&& answer) {
  connection_.answer_call(call_.number(), std::move(answer.json)); // destroys this
}

message_connection::listen_stream::listen_stream(message_connection& connection,
                                                 protocol::request_id id)
    : connection_(connection), id_(std::move(id)) {}

void message_connection::listen_stream::on_notification(const protocol::tagged_notification& told) {
  auto& connection = connection_; // outlives this stream, which ends with a peer that is too slow
  connection.on_event([&] {
    connection.write_notification(*this, told);
    connection.settle();
  });
}

// -- requests ---------------------------------------------------------------------------------------

void message_connection::handle_modern(const protocol::document_ptr& body) {
  modern_ = true;
  const auto checked = protocol::check_modern_request(*body, nullptr);
  if (const auto* const why = std::get_if<protocol::modern_refusal>(&checked))
    refuse(why->id, why->error, protocol::unknown_id::omit);
  else if (std::holds_alternative<protocol::modern_notice>(checked))
    cancels(*body);
  else
    begin_modern(std::get<protocol::modern_request>(checked), body);
}

/// What stands against any further request with this id.
std::optional<rpc_error> message_connection::refusal_of(const protocol::request_id& id) const {
  if (is_draining())
    return protocol::make_unavailable("This server is shutting down; connect again.");
  const auto has_id = [&id](const open_request& open) { return open.id == id; };
  const auto is_it = [&id](const auto& listen) { return listen->id() == id; };
  if (std::any_of(open_.begin(), open_.end(), has_id) ||
      std::any_of(listens_.begin(), listens_.end(), is_it))
    return protocol::make_invalid_request(
        "A request with this id is still being worked on; give each request an id of its own.");
  return std::nullopt;
}

void message_connection::begin_modern(const protocol::modern_request& request,
                                      const protocol::document_ptr& body) {
  if (const auto why = refusal_of(request.id)) {
    refuse(request.id, *why, protocol::unknown_id::omit);
    return;
  }
  const stateless_source source{self_handle(), this, nullptr, next_number_++, clock::now(), kind_};
  direct_ = source.number;
  auto step = begin_request(context_->shard(), request, body, source);
  direct_ = 0;
  if (closed_)
    return; // the peer did not take what an inline handler told
  if (auto* const answer = std::get_if<stateless_answer>(&step)) {
    send_answer(joined(std::move(answer->json), answer->shared_end));
  } else if (auto* const listen = std::get_if<stateless_listen>(&step)) {
    if (!is_full(request, source, listens_.size(), session_settings().max_streams,
                 "streams_per_session"))
      begin_listening(std::move(*listen));
  } else if (is_full(request, source, open_.size(), session_settings().max_calls_in_flight,
                     "calls_per_session")) {
    return;
  } else if (auto* const task = std::get_if<stateless_task>(&step)) {
    question_task(std::move(*task), source);
  } else {
    begin_call(std::get<stateless_start>(std::move(step)), source.received);
  }
}

bool message_connection::is_full(const protocol::modern_request& request,
                                 const stateless_source& source, std::size_t used, std::size_t most,
                                 std::string_view limit_name) {
  if (used < most)
    return false;
  observer().limit_refused(limit_name);
  observer().request_finished(request.method, outcome_kind::refused, kind_,
                              clock::now() - source.received);
  refuse(request.id,
         protocol::make_unavailable("The limit \"" + std::string{limit_name} +
                                    "\" is reached; wait for running calls and try again."),
         protocol::unknown_id::omit);
  return true;
}

void message_connection::begin_call(stateless_start&& start, time_point received) {
  const auto number = start.data->number;
  auto id = start.id;
  auto run = std::make_unique<running_call>(*this, std::move(start), received);
  auto& call = run->call();
  arm(call.deadline());
  open_.push_back({number, std::move(id), std::move(run)});
  if (auto done = call.begin())
    answer_call(number, std::move(done->json));
}

void message_connection::question_task(stateless_task&& task, const stateless_source& source) {
  open_.push_back({source.number, task.request.id, nullptr});
  ask_task(*this, context_->shard_ptr(), std::move(task), source,
           [this, number = source.number](stateless_answer&& answer) {
             answer_call(number, std::move(answer.json));
           });
}

message_connection::open_request* message_connection::find(std::uint64_t number) noexcept {
  const auto found = std::find_if(open_.begin(), open_.end(), [number](const open_request& open) {
    return open.number == number;
  });
  return found != open_.end() ? &*found : nullptr;
}

/// Unless it has been cancelled meanwhile.
void message_connection::answer_call(std::uint64_t number, std::string&& json) {
  auto* const open = find(number);
  if (open == nullptr || closed_)
    return;
  send_answer(std::move(json));
  std::swap(*open, open_.back());
  open_.pop_back();
}

// -- while handlers work ----------------------------------------------------------------------------

void message_connection::on_call_event(std::uint64_t call, std::string json) {
  if (call != direct_ && find(call) == nullptr)
    return; // the call is over; its handler may go on telling
  if (!takes_notification())
    return;
  send_answer(std::move(json));
  observer().events_sent(1);
}

void message_connection::on_handler_gone(const handler_gone& gone) {
  for (auto left = open_.size(); left-- > 0;) // a call that ends takes its place with it
    if (left < open_.size() && open_[left].run)
      open_[left].run->call().on_handler_gone(gone);
}

void message_connection::time_out_calls(time_point now) {
  for (auto left = open_.size(); left-- > 0;) {
    if (left >= open_.size() || !open_[left].run)
      continue;
    auto& call = open_[left].run->call();
    if (now >= call.deadline())
      call.time_out(); // takes its place with it
    else
      arm(call.deadline());
  }
}

bool message_connection::cancels(const protocol::document& body) {
  if (open_.empty() && listens_.empty())
    return false;
  const auto message = protocol::classify(body.root());
  const auto* const told = std::get_if<protocol::notification>(&message);
  if (told == nullptr || told->method != "notifications/cancelled" || told->params == nullptr)
    return false;
  const auto* const named = protocol::find_member(*told->params, "requestId");
  const auto id = named != nullptr ? protocol::request_id::from(*named) : std::nullopt;
  return id && cancel(*id);
}

bool message_connection::cancel(const protocol::request_id& id) {
  if (std::erase_if(open_, [&id](const open_request& open) { return open.id == id; }) > 0)
    return true;
  const auto ended =
      std::erase_if(listens_, [&id](const auto& listen) { return listen->id() == id; });
  if (ended > 0)
    observer().stream_closed();
  return ended > 0;
}

// -- subscriptions/listen ---------------------------------------------------------------------------

void message_connection::begin_listening(stateless_listen&& request) {
  std::string json;
  protocol::append_acknowledgement(json, request.id, request.filter);
  send_answer(std::move(json));
  auto& added =
      *listens_.emplace_back(std::make_unique<listen_stream>(*this, std::move(request.id)));
  context_->shard().listeners.add(added, request.filter);
  observer().stream_opened();
  observer().events_sent(1);
}

void message_connection::write_notification(const listen_stream& to,
                                            const protocol::tagged_notification& told) {
  if (!takes_notification())
    return;
  std::string json = told.before;
  to.id().append_json(json);
  json += told.after;
  send_answer(std::move(json));
  observer().events_sent(1);
}

/// In good order: with the responses to the requests that opened the streams.
void message_connection::end_listening() {
  for (; !listens_.empty(); listens_.pop_back()) {
    std::string json;
    protocol::append_subscription_end(
        json, listens_.back()->id(),
        {protocol::revision::r2026_07_28, text_of(context_->shard().server_info)});
    send_answer(std::move(json));
    observer().stream_closed();
  }
}

} // namespace troupe::net
