#pragma once

// The session's inside. Its parts, by file:
//   session.cpp           birth, behaviour, timeouts, end
//   session_posts.cpp     what a client posts: which messages, which answers, JSON or stream
//   session_requests.cpp  requests that the session answers itself
//   session_lookup.cpp    which handler answers a request
//   session_calls.cpp     requests that a handler answers
//   session_inputs.cpp    requests to the client, for handlers that asked for input

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/event_based_actor.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/exchange.hpp"
#include "troupe/actors/handler.hpp"
#include "troupe/actors/limit_slot.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/actors/stream_table.hpp"
#include "troupe/protocol/json_rpc.hpp"

namespace troupe {

/// session → itself: a slot for a call that waits for one, or the word that there is none.
struct call_slot {
  std::uint64_t call = 0;
  limit_slot_ptr slot;
};

class session_actor final : public pinned<caf::event_based_actor>,
                            private timer,
                            private call_listener {
public:
  session_actor(caf::actor_config& config, shard_state_ptr shard, protocol::session_id id,
                std::uint64_t number);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "session"; }

private:
  enum class phase : std::uint8_t {
    opening,       ///< waits for the initialize request
    uninitialized, ///< waits for notifications/initialized
    ready,
    ended,
  };

  /// A POST with requests that are not all answered yet.
  struct open_post {
    std::uint64_t key = 0;
    caf::actor transport; ///< empty once lost, when there is no stream either
    exchange_id exchange = 0;
    bool accepts_json = true;
    bool accepts_sse = false;
    bool batch = false;
    bool opens_session = false;
    std::size_t pending = 0;  ///< requests without an answer
    stream_number stream = 0; ///< 0: none yet
    int status = 200;
    int retry_after = 0;
    std::string answers; ///< encoded, comma-separated in a batch; empty if all went to the stream
    time_point received{};
  };

  /// A request that a handler works on, or that waits for the client's answers.
  struct running_call {
    call_data_ptr data;
    handler run;
    protocol::request_id id;
    std::uint64_t post = 0;
    time_point received{};
    time_point deadline{};
    caf::message_id response_id{}; ///< of the request to a handler's actor
    input_required questions;      ///< being asked; empty while the handler works
    bool has_slot = false;         ///< of limit::calls
  };

  /// A request that this session sent to its client for a call.
  struct question {
    std::int64_t id = 0;
    std::uint64_t call = 0;
    std::string key; ///< the handler's name for it
  };

  /// A request that was answered at once: its encoded response and how it counts.
  struct answered {
    std::string json;
    outcome_kind kind = outcome_kind::ok;
  };
  using answer = std::optional<answered>; ///< empty: will follow

  // -- session_posts.cpp --------------------------------------------------------------------------
  void on_post(client_post& post);
  void on_notice(client_notice& notice);
  void handle(open_post& post, const protocol::message& message,
              const protocol::document_ptr& body);
  void handle(const protocol::notification& notification);
  void refuse_post(const client_post& post, int status, const rpc_error& error);
  /// Everything that could be done at once is done: answer, or keep the post.
  void settle(open_post&& post);
  void complete(open_post& post);
  static std::string take_answers(open_post& post);
  /// Adds an encoded response to a post, by stream or for the whole answer.
  void respond(open_post& post, std::string json);
  /// The post's stream, opened now if need be; nothing if the client takes no stream.
  std::optional<stream_number> stream_of(open_post& post);
  open_post* find_post(std::uint64_t key);
  void drop_post(std::uint64_t key);
  void lost(const exchange_lost& lost);
  void upgrade_slow_posts(time_point now);

  // -- session_requests.cpp -----------------------------------------------------------------------
  answer on_request(open_post& post, const protocol::request& request,
                    const protocol::document_ptr& body);
  answer open_session(open_post& post, const protocol::request& request);
  answer list(const protocol::request& request, protocol::method method);
  answer subscribe(const protocol::request& request, bool on);
  answer set_log_level(const protocol::request& request);
  void initialized();
  void unsubscribe_all();
  static answered result(const protocol::request_id& id, std::string_view json);
  static answered failure(const protocol::request_id& id, const rpc_error& error);

  // -- session_calls.cpp --------------------------------------------------------------------------
  answer start_call(open_post& post, const protocol::request& request, protocol::method method,
                    const protocol::document_ptr& body);
  // session_lookup.cpp: finds the handler and fills in what is special to the method; null and an error if there is none.
  const handler* prepare(call_data& data, rpc_error& error) const;
  const handler* prepare_completion(call_data& data, rpc_error& error) const;
  answer refuse_call(open_post& post, const protocol::request_id& id, int status,
                     std::string_view limit_name);
  running_call& keep_call(open_post& post, const protocol::request& request, call_data_ptr data,
                          const handler& run);
  /// Begins the call now, or when the registry has given a slot for it.
  void begin_with_slot(running_call& call);
  void begin(running_call& call);
  void on_call_slot(const call_slot& answer);
  encoded_outcome run_inline(open_post& post, const handler& run, const call_data_ptr& data);
  void dispatch(running_call& call);
  void finish_call(std::uint64_t number, encoded_outcome&& result);
  void finish_call(std::uint64_t number, answered&& response);
  void fail_call(std::uint64_t number, std::string_view why, outcome_kind kind);
  void cancel(const protocol::request_id& id, std::string_view reason);
  void on_handler_gone(const handler_gone& gone);
  void time_out_calls(time_point now);
  running_call* find_call(std::uint64_t number);
  /// Nobody wants the result any more: tells a handler that still works.
  void abandon(running_call& call);
  /// Takes the call out of the table and releases its slot.
  void drop_call(std::uint64_t number, bool abandoned);
  void on_call_event(std::uint64_t number, std::string json) override;
  void on_stream_detached(std::uint64_t number) override;

  // -- session_inputs.cpp -------------------------------------------------------------------------
  void ask(running_call& call, input_required&& questions);
  void on_response(const protocol::response& response);
  void continue_call(running_call& call);
  void withdraw_questions(std::uint64_t call);

  // -- session.cpp --------------------------------------------------------------------------------
  void on_stream_request(const stream_request& request);
  void on_deletion(const session_deletion& request);
  void on_deliver(const deliver& event);
  notified on_notify(const notify_client& request);
  void on_drain();
  void end(session_end why);
  void end_if_drained();
  void refuse(const caf::actor& transport, exchange_id exchange, int status, const rpc_error& error,
              int retry_after = 0);
  void leave_tables();
  void fail_open_posts();
  void on_timer(time_point now) override;
  void schedule();
  time_point now() const noexcept { return shard_->timers.now(); }
  void touch() noexcept { last_activity_ = now(); }
  const session_options& options() const noexcept { return *shard_->options; }
  session_observer& observer() const noexcept { return *shard_->observer; }
  void count(protocol::method method, outcome_kind kind, time_point received) const;

  shard_state_ptr shard_;
  protocol::session_id id_;
  std::uint64_t number_;
  client_ptr client_;
  stream_table streams_;
  std::vector<open_post> posts_;
  std::vector<running_call> calls_;
  std::vector<question> questions_;
  std::vector<std::string> subscriptions_;
  open_post* current_ = nullptr;  ///< while its requests are being looked at
  std::uint64_t inline_post_ = 0; ///< the post of the inline call that runs right now
  std::uint64_t next_key_ = 1;    ///< numbers posts and calls
  std::int64_t next_question_ = 1;
  time_point last_activity_;
  time_point created_;
  phase phase_ = phase::opening;
  session_end end_reason_ = session_end::failed;
  bool draining_ = false;
};

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::call_slot)
