#pragma once

// One request of the modern era that a handler works on: from the slot it needs to its answer, or to
// the moment its client has gone. Part of the actor that carries the request (a connection), which
// passes on the messages that concern it. The legacy counterpart is a session's running call.

#include <cstdint>
#include <optional>
#include <string>

#include <caf/event_based_actor.hpp>
#include <caf/message_id.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/call_slot.hpp"
#include "troupe/actors/handler.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/protocol/request_id.hpp"

namespace troupe {

/// The end of a request: one JSON-RPC response.
struct stateless_answer {
  std::uint16_t status = 200; ///< of HTTP, unless a stream has begun
  std::string json;
  outcome_kind kind = outcome_kind::ok;
  bool retry = false;     ///< a limit was reached: the client may try again
  frame_ptr shared_end{}; ///< of the JSON, behind `json`: a large part that many answers have
};

/// A request that needs a handler which is not inline.
struct stateless_start {
  call_data_ptr data;
  handler run;
  protocol::request_id id;
  bool as_task = false; ///< the answer is a task, which calls the handler
};

class stateless_call {
public:
  class owner {
  public:
    /// The request is over; the owner destroys the call.
    virtual void on_answer(stateless_answer&& answer) = 0;

  protected:
    ~owner() = default;
  };

  /// `self` is the actor that carries the request and is named as caller in `start`.
  stateless_call(caf::event_based_actor& self, owner& owner, shard_state_ptr shard,
                 stateless_start start, time_point received);
  stateless_call(const stateless_call&) = delete;
  stateless_call& operator=(const stateless_call&) = delete;
  /// A call that is not over is cancelled: its client has gone.
  ~stateless_call();

  std::uint64_t number() const noexcept { return start_.data->number; }
  time_point deadline() const noexcept { return deadline_; }
  const call_data& data() const noexcept { return *start_.data; }

  /// Takes a slot and goes to the handler, now or when the registry has answered. Returns the answer
  /// if the request is over already; then the owner is not told.
  std::optional<stateless_answer> begin();

  // What the carrying actor is told.
  void on_slot(const call_slot& answer);
  void on_finished(encoded_outcome&& done);
  void on_handler_gone(const handler_gone& gone);
  /// The deadline is over.
  void time_out();

private:
  limit needs() const noexcept { return start_.as_task ? limit::tasks : limit::calls; }
  std::optional<stateless_answer> go();
  stateless_answer become_task();
  void on_task_wish(continue_as_task&& wish);
  std::optional<stateless_answer> dispatch();
  void answer(stateless_answer&& done);
  void finish(const stateless_answer& done);
  void release();

  caf::event_based_actor& self_;
  owner& owner_;
  shard_state_ptr shard_;
  stateless_start start_;
  time_point received_;
  time_point deadline_;
  caf::message_id response_id_{};
  bool has_slot_ = false;
  bool over_ = false;
};

/// The answer to a request whose handler is done. What the client must still be asked becomes a
/// result that asks it.
stateless_answer make_answer(const call_data& data, const protocol::request_id& id,
                             encoded_outcome&& done, const shard_state& shard);
stateless_answer make_failure(const protocol::request_id& id, const rpc_error& error);
stateless_answer make_tool_failure(const call_data& data, const protocol::request_id& id,
                                   const tool_result& why);

} // namespace troupe
