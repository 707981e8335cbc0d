#pragma once

// The peer's inside. Its parts, by file:
//   peer.cpp           life: hello, heartbeats, credit, the end and what comes after it
//   peer_outbound.cpp  exchanges of this node's clients with sessions of the other node
//   peer_inbound.cpp   exchanges of the other node's clients with sessions of this node
//   peer_handover.cpp  sessions and tasks that go to the other node or come from there; leaving
//   peer_copies.cpp    copies of sessions, that one of the two keeps for the other
//   peer_tools.cpp     calls of one node's clients to tools of the other (imported_calls, exported_calls)

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <caf/typed_response_promise.hpp>

#include "troupe/actors/exported_calls.hpp"
#include "troupe/actors/imported_calls.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/peer.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/actors/peer_window.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/actors/task.hpp"

namespace troupe {

class peer_actor final : public pinned<caf::event_based_actor>,
                         private exported_calls::outlet,
                         private imported_calls::outlet {
public:
  using super = pinned<caf::event_based_actor>;

  peer_actor(caf::actor_config& config, peer_config settings);

  caf::behavior make_behavior() override;
  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t limit) override;
  void on_exit() override;
  const char* name() const override { return "peer"; }

private:
  using steady = caf::actor_clock::time_point;

  /// A request of a client of this node that the other one has.
  struct open_exchange {
    caf::actor transport;
    exchange_id exchange = 0;
    std::optional<protocol::request_id> id;
    caf::typed_response_promise<task_reply> task; ///< pending if it is a question to a task
    bool streaming = false;
  };
  struct waiting_copy {
    std::shared_ptr<session_image> image;
    bool whole = true;
    caf::typed_response_promise<copy_verdict> promise;
  };
  struct sent_copy {
    std::size_t bytes = 0;
    steady since{};
    caf::typed_response_promise<copy_verdict> promise;
  };
  using local_exchange = std::pair<caf::actor_id, exchange_id>;

  // -- peer.cpp -----------------------------------------------------------------------------------
  void meet(const caf::actor& remote);
  void on_hello(const peer_hello& hello);
  void on_tick();
  void heard() { last_heard_ = clock().now(); }
  void on_batch(peer_batch& batch);
  void on_credit(const peer_credit& credit);
  void on_members(const peer_members& members);
  bool is_full() const noexcept { return queued_bytes_ >= config_.options.max_queue_bytes; }
  /// Puts into the batch that goes out when this activation ends.
  void say(forwarded_request&& request);
  void say(forwarded_answer&& answer);
  void flush();
  void flush_if_large();
  void send_queued();
  void send_batch(peer_batch&& batch, std::size_t bytes);
  void end(std::string why, bool cut_off);
  void refuse_from_now_on();
  void let_go();
  void leave(std::string why, bool cut_off);
  bool is_doubtful() const;

  // -- peer_outbound.cpp ----------------------------------------------------------------------------
  void on_forward(forward& request);
  void on_exchange_lost(const exchange_lost& lost);
  caf::result<task_reply> on_task_request(const task_request& request);
  void on_answer(forwarded_answer& answer);
  void refuse(const forward& request, std::string why);
  void fail(open_exchange& open);
  void forget(std::uint64_t number, const open_exchange& open);

  // -- peer_inbound.cpp -----------------------------------------------------------------------------
  void on_request(forwarded_request& request);
  void ask_task(const protocol::session_id& task, const forwarded_request& request);
  void answer_task(std::uint64_t exchange, task_reply&& answer);
  void deliver(const protocol::session_id& session, caf::message content, std::uint64_t exchange,
               bool answered);
  void refuse(std::uint64_t exchange, int status, const protocol::rpc_error& error);
  void on_reply(reply& answer);
  void on_stream_event(const stream_event& event);
  void on_stream_begin(const stream_begin& begin);
  void on_stream_end(const stream_end& end);
  void leave_sessions();

  // -- peer_handover.cpp ----------------------------------------------------------------------------
  caf::result<handover_verdict> on_handover(const session_handover& request);
  caf::result<handover_verdict> on_handover(const task_handover& request);
  void on_moves(peer_moves& moves);
  caf::actor home_of(std::string_view text) const;
  void on_moved_session(moved_session& moved);
  void on_moved_task(moved_task& moved);
  void on_moved_verdict(const moved_verdict& verdict);
  void on_bounced_request(const bounced_request& back);
  void on_adoption_verdict(adoption_verdict& verdict);
  void on_bounced(const bounced& back);
  void on_holdings(const peer_holdings& holdings);
  void bounce(forward& request);
  void lose_handovers();
  void begin_leaving(const troupe::leave& words);
  void on_leaving(peer_leaving& words);
  void on_left_alone();
  /// Says what is due in the course of leaving, now that everything else is said.
  void go_on_leaving();
  // -- peer_copies.cpp ------------------------------------------------------------------------------
  caf::result<copy_verdict> on_copy(session_copy& request);
  void on_stored(const copy_stored& stored);
  void on_dropped(const copy_dropped& dropped);
  /// As many as there is room for, so that copies never keep requests waiting for long.
  void say_copies();
  /// What the other node says; returns what it cost.
  std::size_t take_copies(peer_copies& copies);
  void on_copy(copied_session& copied);
  void on_copy_answer(const copy_answer& answer);
  void give_up_old_copies();
  void lose_copies();

  // -- peer_tools.cpp -------------------------------------------------------------------------------
  void on_catalog(const catalog_changed& change);
  caf::result<outcome> on_tool_call(const call& asked);
  void say(std::vector<announced_tool>&& all) override;
  void say(tool_news&& news) override;
  void say(tool_call&& call) override;
  void say_cancelled(std::uint64_t number) override;
  /// What the other node says; returns what it cost.
  std::size_t take_tools(peer_batch& batch);
  void end_tool_calls();

  peer_config config_;
  caf::actor remote_; ///< the other node's peer, once it is known
  peer_window window_;
  peer_batch batch_;
  std::size_t batch_bytes_ = 0;
  std::deque<std::pair<peer_batch, std::size_t>> queue_;
  std::size_t queued_bytes_ = 0;
  std::optional<peer_members> members_; ///< to be told once the peer is known
  steady last_heard_;
  steady last_said_;
  steady last_tick_;
  std::optional<steady> stood_still_; ///< when it was found out last that this node had stood still
  std::uint64_t next_exchange_ = 1;
  std::unordered_map<std::uint64_t, open_exchange> exchanges_;
  std::map<local_exchange, std::uint64_t> numbers_; ///< of exchanges_
  /// Exchanges of the other node that a session here has not answered.
  std::unordered_map<std::uint64_t, protocol::session_id> served_;
  /// Questions of the other node to tasks here that have not been answered.
  std::size_t asking_tasks_ = 0;
  /// Sessions and tasks that the other node has not answered for yet.
  using handover_table =
      std::unordered_map<std::uint64_t, caf::typed_response_promise<handover_verdict>>;
  handover_table handovers_;
  handover_table task_handovers_;
  std::deque<waiting_copy> copies_waiting_; ///< bounded by the threads' queues (copy_queue.hpp)
  std::map<std::uint64_t, sent_copy> copies_sent_;
  std::size_t copy_bytes_out_ = 0; ///< of copies_sent_
  bool other_leaves_ = false;
  std::vector<protocol::node_number> heirs_; ///< of the other node, which leaves
  bool has_taken_ = false;                   ///< it has taken a session or task
  bool left_alone_ = false; ///< this node leaves, and the other one sends no more requests
  bool said_left_alone_ = false;
  bool said_farewell_ = false;
  exported_calls exported_;
  imported_calls imported_;
  bool over_ = false;
};

/// What an item adds to the cost of a batch beside its texts.
inline constexpr std::size_t item_bytes = 64;

} // namespace troupe
