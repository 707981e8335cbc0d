#include <utility>

#include "troupe/actors/forward_words.hpp"
#include "troupe/actors/has_ended.hpp"
#include "troupe/actors/peer_actor.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/member.hpp"

namespace troupe {

namespace {

/// Tasks answer questions at once; one that is gone answers nothing.
constexpr std::chrono::seconds task_timeout{5};

} // namespace

void peer_actor::on_request(forwarded_request& request) {
  const auto kind = static_cast<forward_kind>(request.kind);
  if (kind == forward_kind::lost) {
    const auto found = served_.find(request.exchange);
    if (found == served_.end())
      return; // it has been answered
    const auto session = found->second;
    served_.erase(found);
    deliver(session, caf::make_message(exchange_lost{address(), request.exchange}),
            request.exchange, false);
    return;
  }
  const auto session = protocol::session_id::parse(request.session);
  if (!session || config_.shards.empty()) {
    refuse(request.exchange, 404, protocol::make_invalid_request("There is no such session."));
    return;
  }
  if (served_.size() >= config_.options.max_exchanges) {
    refuse(request.exchange, 503,
           protocol::make_unavailable("Too many requests of one node are open; try again."));
    return;
  }
  if (kind == forward_kind::task) {
    ask_task(*session, request);
    return;
  }
  const bool answered = request.exchange != 0;
  auto content = from_words(request, answered ? caf::actor_cast<caf::actor>(this) : caf::actor{},
                            request.exchange, config_.json);
  if (content)
    deliver(*session, *std::move(content), request.exchange, answered);
  else
    refuse(request.exchange, 400, content.error());
}

/// A task of this node, on behalf of a client of the other one. Answered at once, if it is there.
void peer_actor::ask_task(const protocol::session_id& task, const forwarded_request& request) {
  const auto exchange = request.exchange;
  auto body = protocol::document::parse(request.body, config_.json);
  const auto* asked = body ? (*body)->root().if_object() : nullptr;
  const auto* id = asked != nullptr ? protocol::find_member(*asked, "id") : nullptr;
  const auto known = id != nullptr ? protocol::request_id::from(*id) : std::nullopt;
  const auto& shard = config_.shards[protocol::shard_of(task, config_.shards.size())];
  if (!known || !shard) {
    answer_task(exchange, make_unknown_task_reply(known.value_or(protocol::request_id{})));
    return;
  }
  task_request question{task, static_cast<protocol::method>(request.method), *known, *body,
                        protocol::find_object(*asked, "responses")};
  ++asking_tasks_;
  this->request(shard, task_timeout, std::move(question))
      .then(
          [this, exchange](task_reply& answer) {
            --asking_tasks_;
            answer_task(exchange, std::move(answer));
          },
          [this, exchange, known](const caf::error&) {
            --asking_tasks_;
            answer_task(exchange, make_unknown_task_reply(*known));
          });
}

void peer_actor::answer_task(std::uint64_t exchange, task_reply&& answer) {
  forwarded_answer out;
  out.exchange = exchange;
  out.kind =
      static_cast<std::uint8_t>(answer.absent ? answer_kind::task_absent : answer_kind::task);
  out.status = static_cast<std::int32_t>(answer.kind);
  if (answer.absent)
    out.to = answer.absent->to;
  out.body = std::move(answer.json);
  say(std::move(out));
}

/// To whichever thread the session's id names; its shard answers if there is no such session.
void peer_actor::deliver(const protocol::session_id& session, caf::message content,
                         std::uint64_t exchange, bool answered) {
  if (answered)
    served_.emplace(exchange, session);
  const auto& shard = config_.shards[protocol::shard_of(session, config_.shards.size())];
  if (shard && !has_ended(shard))
    send(shard, routed{session, std::move(content),
                       answered ? caf::actor_cast<caf::actor>(this) : caf::actor{}, exchange});
  else if (answered)
    refuse(exchange, 503, protocol::make_unavailable("The thread of this session is starting."));
}

void peer_actor::refuse(std::uint64_t exchange, int status, const protocol::rpc_error& error) {
  served_.erase(exchange);
  if (exchange == 0)
    return;
  forwarded_answer out;
  out.exchange = exchange;
  out.kind = static_cast<std::uint8_t>(answer_kind::reply);
  out.status = status;
  protocol::append_error(out.body, std::nullopt, error);
  say(std::move(out));
}

// -- what sessions of this node say to clients of the other one -----------------------------------

void peer_actor::on_reply(reply& answer) {
  if (served_.erase(answer.exchange) == 0)
    return; // the client has gone
  forwarded_answer out;
  out.exchange = answer.exchange;
  out.kind = static_cast<std::uint8_t>(answer_kind::reply);
  out.status = answer.status;
  out.retry_after_seconds = answer.retry_after_seconds;
  out.body = joined(std::move(answer.body), answer.shared_end);
  say(std::move(out));
}

void peer_actor::on_stream_begin(const stream_begin& begin) {
  if (!served_.contains(begin.exchange))
    return;
  forwarded_answer out;
  out.exchange = begin.exchange;
  out.kind = static_cast<std::uint8_t>(answer_kind::begin);
  say(std::move(out));
}

void peer_actor::on_stream_event(const stream_event& event) {
  if (!served_.contains(event.exchange))
    return;
  forwarded_answer out;
  out.exchange = event.exchange;
  out.kind = static_cast<std::uint8_t>(answer_kind::event);
  out.head = event.head;
  out.body = text_of(event.payload);
  say(std::move(out));
}

void peer_actor::on_stream_end(const stream_end& end) {
  if (served_.erase(end.exchange) == 0)
    return;
  forwarded_answer out;
  out.exchange = end.exchange;
  out.kind = static_cast<std::uint8_t>(answer_kind::end);
  say(std::move(out));
}

/// The clients of the other node cannot be reached any more: their streams are detached and wait for
/// them to resume.
void peer_actor::leave_sessions() {
  for (const auto& [exchange, session] : std::exchange(served_, {}))
    deliver(session, caf::make_message(exchange_lost{address(), exchange}), exchange, false);
}

} // namespace troupe
