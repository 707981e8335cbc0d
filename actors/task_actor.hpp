#pragma once

// The task's inside. Its parts, by file:
//   task.cpp           its life: the handler, the client's questions and answers, the end
//   task_move.cpp      it goes to another node, when its own drains
//   task_adoption.cpp  it comes from another node

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "troupe/actors/call.hpp"
#include "troupe/actors/handler.hpp"
#include "troupe/actors/handover.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/actors/session_home.hpp"
#include "troupe/actors/shard_state.hpp"
#include "troupe/actors/task.hpp"
#include "troupe/actors/task_image.hpp"
#include "troupe/protocol/result_context.hpp"
#include "troupe/protocol/task.hpp"

namespace troupe {

/// A task on its way to another node.
struct task_move {
  struct held_request {
    task_request request;
    caf::typed_response_promise<task_reply> promise;
  };
  /// More are refused.
  static constexpr std::size_t max_held = 64;

  std::vector<held_request> held; ///< what came meanwhile
  std::vector<protocol::node_number> tried;
  session_heir heir;
  bool has_turn = false;
};

class task_actor final : public pinned<caf::event_based_actor>, private timer {
public:
  task_actor(caf::actor_config& config, shard_state_ptr shard, task_id id, call_data_ptr data,
             handler run);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "task"; }

  /// Gives the call to its handler.
  void begin() {
    on_event([this] { dispatch(); });
  }
  std::string creation() const;
  /// Goes on as `image` says, whose parts have been checked; `last` is what the handler said last.
  void unpack(const task_image& image, outcome&& last);

private:
  using phase = task_phase;

  /// A question that the client has not answered yet, by the key it was sent with.
  struct question {
    std::string wire_key; ///< unique in the life of the task (SEP-2663, "Task Update Requests")
    std::string key;      ///< the handler's
    input_request request;
  };

  bool is_over() const noexcept { return phase_ >= phase::completed; }
  protocol::task describe() const;
  protocol::result_context context() const {
    return {data_->client->revision, text_of(shard_->server_info)};
  }
  void arm_end_of_life();
  void dispatch();
  void on_done(encoded_outcome&& done);
  void ask(input_required&& wanted);
  std::string make_wire_key(const std::string& key);
  void encode_questions();
  std::optional<rpc_error> take(const boost::json::object& responses);
  void go_on();
  caf::result<task_reply> on_request(const task_request& request);
  task_reply answer(const task_request& request);
  task_reply reply_with(const protocol::request_id& id, std::string_view result) const;
  void cancel();
  void abandon();
  void fail(rpc_error error);
  void enter(phase next);
  void tell_shards();
  void on_timer(time_point) override;

  // -- task_move.cpp --------------------------------------------------------------------------------
  /// Ends here; another node goes on with it, if there is one.
  void leave();
  void on_handover_turn();
  void hand_over();
  std::shared_ptr<task_image> pack() const;
  void on_handover_verdict(const handover_verdict& verdict);
  void leave_to_heir();
  caf::result<task_reply> hold(const task_request& request);
  void end_move();

  shard_state_ptr shard_;
  task_id id_;
  call_data_ptr data_;
  handler run_;
  caf::message_id response_id_{};
  phase phase_ = phase::working;
  std::int64_t created_at_;
  std::int64_t updated_at_;
  std::string message_;
  std::vector<question> open_;
  inputs answers_;                                ///< so far, by the handler's keys
  std::string state_;                             ///< of the handler, for its next call
  std::map<std::string, int, std::less<>> asked_; ///< how often each of the handler's keys was used
  std::set<std::string, std::less<>> used_keys_;  ///< on the wire
  std::string content_;                           ///< the result, or the open questions, encoded
  rpc_error error_;
  std::unique_ptr<task_move> move_;
  bool draining_ = false;
  bool expired_ = false;
  bool moved_ = false;
};

} // namespace troupe
