#include <utility>

#include "troupe/actors/forward_words.hpp"
#include "troupe/actors/peer_actor.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe {

namespace {

/// A limit, or a node that is not there: the request may be repeated.
constexpr int unavailable_status = 503;
/// The other node had it: nobody knows whether it was carried out.
constexpr int lost_status = 502;

reply make_failure(exchange_id exchange, int status, const std::optional<protocol::request_id>& id,
                   std::string why) {
  reply result;
  result.exchange = exchange;
  result.status = status;
  result.retry_after_seconds = status == unavailable_status ? 1 : 0;
  protocol::append_error(result.body, id, {protocol::error_code::internal_error, std::move(why)});
  return result;
}

task_reply make_task_failure(const protocol::request_id& id, std::string why) {
  task_reply result;
  protocol::append_error(result.json, id, {protocol::error_code::internal_error, std::move(why)});
  result.kind = outcome_kind::internal_error;
  return result;
}

} // namespace

void peer_actor::on_forward(forward& request) {
  if (other_leaves_) {
    bounce(request);
    return;
  }
  if (over_ || is_full() || exchanges_.size() >= config_.options.max_exchanges) {
    refuse(request, over_ ? "The node that serves this session is lost; try again."
                          : "Too much waits for the node that serves this session; try again.");
    return;
  }
  auto transport = request.transport;
  const auto exchange = request.exchange;
  auto id = std::move(request.id);
  auto out = on_the_wire(std::move(request));
  if (transport) {
    out.exchange = next_exchange_++;
    numbers_[{transport.id(), exchange}] = out.exchange;
    exchanges_.emplace(out.exchange,
                       open_exchange{std::move(transport), exchange, std::move(id), {}});
  }
  config_.observer->request_forwarded();
  say(std::move(out));
}

void peer_actor::refuse(const forward& request, std::string why) {
  config_.observer->request_refused();
  if (request.transport)
    send(request.transport,
         make_failure(request.exchange, unavailable_status, request.id, std::move(why)));
}

caf::result<task_reply> peer_actor::on_task_request(const task_request& request) {
  if (other_leaves_) {
    auto elsewhere = make_unknown_task_reply(request.id);
    elsewhere.absent = task_absence{config_.other.number, 0, heirs_};
    return elsewhere;
  }
  if (over_ || is_full() || exchanges_.size() >= config_.options.max_exchanges) {
    config_.observer->request_refused();
    return make_unreachable_task_reply(request.id);
  }
  forwarded_request out;
  out.exchange = next_exchange_++;
  out.kind = static_cast<std::uint8_t>(forward_kind::task);
  out.method = static_cast<std::uint8_t>(request.what);
  out.session = request.task.view();
  out.body = R"({"id":)" + request.id.to_json();
  if (request.responses != nullptr) {
    out.body += R"(,"responses":)";
    protocol::append_json(out.body, *request.responses);
  }
  out.body += '}';
  auto promise = make_response_promise<task_reply>();
  exchanges_.emplace(out.exchange, open_exchange{{}, 0, request.id, promise});
  config_.observer->request_forwarded();
  say(std::move(out));
  return promise;
}

/// The client has gone, or its connection waits no longer.
void peer_actor::on_exchange_lost(const exchange_lost& lost) {
  const auto found = numbers_.find({lost.transport.id(), lost.exchange});
  if (found == numbers_.end())
    return;
  const auto number = found->second;
  numbers_.erase(found);
  exchanges_.erase(number);
  forwarded_request out;
  out.kind = static_cast<std::uint8_t>(forward_kind::lost);
  out.exchange = number;
  say(std::move(out));
}

void peer_actor::on_answer(forwarded_answer& answer) {
  const auto found = exchanges_.find(answer.exchange);
  if (found == exchanges_.end())
    return; // the client went away in the meantime
  auto& open = found->second;
  switch (static_cast<answer_kind>(answer.kind)) {
  case answer_kind::reply:
    send(open.transport,
         reply{
             open.exchange, answer.status, std::move(answer.body), {}, answer.retry_after_seconds});
    forget(answer.exchange, open);
    return;
  case answer_kind::task:
  case answer_kind::task_absent:
    if (open.task.pending()) {
      task_reply said{std::move(answer.body), static_cast<outcome_kind>(answer.status)};
      if (static_cast<answer_kind>(answer.kind) == answer_kind::task_absent)
        said.absent = task_absence{config_.other.number, answer.to, {}};
      open.task.deliver(std::move(said));
    }
    exchanges_.erase(found);
    return;
  case answer_kind::begin:
    open.streaming = true;
    send(open.transport, stream_begin{open.exchange, {}});
    return;
  case answer_kind::event:
    open.streaming = true;
    send(open.transport,
         stream_event{open.exchange, std::move(answer.head),
                      answer.body.empty() ? nullptr : make_frame(std::move(answer.body))});
    return;
  case answer_kind::end:
    send(open.transport, stream_end{open.exchange});
    forget(answer.exchange, open);
    return;
  }
}

void peer_actor::forget(std::uint64_t number, const open_exchange& open) {
  numbers_.erase({open.transport.id(), open.exchange});
  exchanges_.erase(number);
}

/// The other node is lost with this exchange.
void peer_actor::fail(open_exchange& open) {
  config_.observer->request_failed();
  constexpr auto why =
      "The node that serves this session was lost while it had this request, which "
      "may have been carried out or not.";
  if (open.task.pending()) {
    open.task.deliver(make_task_failure(*open.id, why));
    return;
  }
  if (!open.streaming) {
    send(open.transport, make_failure(open.exchange, lost_status, open.id, why));
    return;
  }
  if (open.id) {
    auto last = make_failure(open.exchange, lost_status, open.id, why);
    send(open.transport, stream_event{open.exchange, {}, make_frame(std::move(last.body))});
  }
  send(open.transport, stream_end{open.exchange});
}

} // namespace troupe
