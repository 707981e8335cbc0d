#pragma once

// The session's inside. Its parts, by file:
//   session.cpp           birth, behaviour, timeouts, end
//   session_posts.cpp     what a client posts: which messages, which answers, JSON or stream
//   session_requests.cpp  requests that the session answers itself
//   session_calls.cpp     requests that a handler answers
//   session_inputs.cpp    requests to the client, for handlers that asked for input
//   session_move.cpp      to another node, when this one drains
//   session_adoption.cpp  from another node
//   session_copy.cpp      its copy on another node, for the case that this one crashes

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/event_based_actor.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/call_slot.hpp"
#include "troupe/actors/copy_messages.hpp"
#include "troupe/actors/exchange.hpp"
#include "troupe/actors/handler.hpp"
#include "troupe/actors/handover.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/actors/session.hpp"
#include "troupe/actors/session_copy.hpp"
#include "troupe/actors/session_image.hpp"
#include "troupe/actors/session_move.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/actors/stream_table.hpp"
#include "troupe/protocol/json_rpc.hpp"

namespace troupe {

class session_actor final : public pinned<caf::event_based_actor>,
                            private timer,
                            private call_listener {
public:
  session_actor(caf::actor_config& config, shard_state_ptr shard, protocol::session_id id,
                std::uint64_t number, session_transport transport);

  caf::behavior make_behavior() override;
  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t limit) override;
  void on_exit() override;
  const char* name() const override { return "session"; }

  /// Goes on where another node's session ended. To be called once, before any message, through
  /// on_event(). Takes the texts out of `image`.
  void unpack(session_image& image);

private:
  bool on_frequent(const std::type_info& type, void* content) override;

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
    std::string answers;  ///< encoded, comma-separated in a batch; empty if all went to the stream
    frame_ptr shared_end; ///< behind the one answer of a whole reply
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
    frame_ptr shared_end{}; ///< of the JSON, behind `json`
  };
  using answer = std::optional<answered>; ///< empty: will follow

  // -- session_posts.cpp --------------------------------------------------------------------------
  void on_post(client_post& post);
  void on_message(client_message& message);
  void take(client_post& post);
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
  void respond(open_post& post, answered&& done);
  void respond(open_post& post, std::string json);
  /// The post's stream, opened now if need be; nothing if the client takes no stream.
  std::optional<stream_number> stream_of(open_post& post);
  open_post* find_post(std::uint64_t key);
  void drop_post(std::uint64_t key);
  void lost(const exchange_lost& lost);
  void upgrade_slow_posts(time_point now);

  // -- session_requests.cpp -----------------------------------------------------------------------
  answer on_request(open_post& post, const protocol::request& request, protocol::method method,
                    const protocol::document_ptr& body);
  answer open_session(open_post& post, const protocol::request& request);
  answer list(const protocol::request& request, protocol::method method);
  answer subscribe(open_post& post, const protocol::request& request, bool on);
  answer set_log_level(const protocol::request& request);
  void initialized();
  void unsubscribe_all();
  static answered result(const protocol::request_id& id, std::string_view json);
  static answered failure(const protocol::request_id& id, const rpc_error& error);

  // -- session_calls.cpp --------------------------------------------------------------------------
  answer start_call(open_post& post, const protocol::request& request, protocol::method method,
                    const protocol::document_ptr& body);
  answer refuse_over_limit(open_post& post, const protocol::request_id& id, int status,
                           std::string_view limit_name,
                           std::string_view advice = "wait for running calls and try again");
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
  /// A response that is encoded already.
  static answered taken_over(encoded_result&& done);
  answered tool_failure(const protocol::request_id& id, const tool_result& why,
                        outcome_kind kind) const;
  void fail_call(std::uint64_t number, std::string_view why, outcome_kind kind);
  void go_on_as_task(running_call& call, continue_as_task&& task);
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

  // -- session_move.cpp ---------------------------------------------------------------------------
  bool can_move() const;
  void begin_move();
  void on_handover_turn();
  void hand_over();
  /// With the events behind `after`, but no more than these bytes of them and one.
  std::shared_ptr<session_image> pack(std::uint64_t after = 0,
                                      std::size_t max_event_bytes = SIZE_MAX) const;
  void on_handover_verdict(const handover_verdict& verdict);
  void leave_to_heir();
  void send_on(session_move::held_message&& message);
  void send_late(const frame_ptr& event);
  void hold(caf::message content, const caf::actor& transport, exchange_id exchange);
  void hold_event(const frame_ptr& event);
  void drop_held(const exchange_lost& gone);
  void refuse_moving(const caf::actor& transport, exchange_id exchange);
  void end_move();

  // -- session_copy.cpp ---------------------------------------------------------------------------
  /// Grows with whatever a copy would show.
  std::uint32_t changes() const noexcept { return settings_changes_ + streams_.changes(); }
  /// After each activation.
  void note_changes() {
    if (changes() != seen_changes_)
      on_changes();
  }
  bool is_copied() const;
  void on_changes();
  void want_copy(time_point since);
  void choose_keeper(const session_heir& heir);
  void on_keeper_check();
  void on_copy_turn(const copy_turn& turn);
  void on_copy_verdict(const copy_turn& turn, std::uint64_t last, caf::actor_id peer,
                       copy_outcome outcome);
  void drop_copy(protocol::node_number at);
  void drop_copies();

  // -- session.cpp --------------------------------------------------------------------------------
  void on_stream_request(const stream_request& request);
  void on_deletion(const session_deletion& request);
  void on_deliver(const deliver& event);
  notified on_notify(const notify_client& request);
  void on_drain();
  void on_input_over();
  /// Streamable HTTP named a session that lives on another transport.
  bool is_foreign(const caf::actor& transport, exchange_id exchange);
  void end(session_end why);
  void end_if_drained();
  void refuse(const caf::actor& transport, exchange_id exchange, int status, const rpc_error& error,
              int retry_after = 0);
  void reply_error(const caf::actor& transport, exchange_id exchange, int status,
                   const rpc_error& error, int retry_after = 0);
  void leave_tables();
  void fail_open_posts();
  void on_timer(time_point now) override;
  void schedule();
  void fail_running_calls();
  bool is_duplex() const noexcept { return troupe::is_duplex(transport_.kind); }
  /// How long a session may be silent; nothing if for ever.
  std::optional<std::chrono::milliseconds> idle_limit() const;
  time_point now() const noexcept { return shard_->timers.now(); }
  void touch() noexcept { last_activity_ = now(); }
  const session_options& options() const noexcept { return *shard_->options; }
  session_observer& observer() const noexcept { return *shard_->observer; }
  void count(protocol::method method, outcome_kind kind, time_point received) const;

  shard_state_ptr shard_;
  protocol::session_id id_;
  std::uint64_t number_;
  session_transport transport_;
  client_ptr client_;
  stream_table streams_;
  std::vector<open_post> posts_;
  std::vector<running_call> calls_;
  std::vector<question> questions_;
  std::vector<std::string> subscriptions_;
  std::unique_ptr<session_move> move_;       ///< while it is on its way to another node
  std::unique_ptr<session_copy_state> copy_; ///< once it is to be copied
  open_post* current_ = nullptr;             ///< while its requests are being looked at
  std::uint64_t inline_post_ = 0;            ///< the post of the inline call that runs right now
  std::uint64_t next_key_ = 1;               ///< numbers posts and calls
  std::int64_t next_question_ = 1;
  time_point last_activity_;
  time_point created_;
  std::uint32_t settings_changes_ = 0; ///< of what was negotiated and what the client has set
  std::uint32_t seen_changes_ = 0;     ///< changes() when a copy was thought of last
  phase phase_ = phase::opening;
  session_end end_reason_ = session_end::failed;
  bool draining_ = false;
  bool input_over_ = false; ///< of a duplex transport
};

} // namespace troupe
