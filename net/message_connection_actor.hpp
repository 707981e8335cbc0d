#pragma once

// The actor behind message_connection.hpp.
//
//   message_connection.cpp         life: start, input, output, timeouts, the end
//   message_connection_legacy.cpp  messages for the session
//   message_connection_modern.cpp  requests that need no session, many at a time
//
// Whatever happens within one activation ends with settle(), as in http_connection.hpp.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/event_based_actor.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/actors/stateless_call.hpp"
#include "troupe/actors/stateless_requests.hpp"
#include "troupe/net/message_connection.hpp"
#include "troupe/net/session_slots.hpp"
#include "troupe/protocol/encode.hpp"

namespace troupe::net {

class message_connection final : public pinned<caf::event_based_actor>,
                                 private timer,
                                 private call_listener,
                                 private message_port::user {
public:
  using super = pinned<caf::event_based_actor>;

  message_connection(caf::actor_config& config, connection_context_ptr context,
                     transport_kind kind);

  /// To be called once, through on_event().
  void start(const make_message_port& make_port);

  const char* name() const override { return "message_connection"; }
  caf::behavior make_behavior() override;
  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t limit) override;
  void on_exit() override;

private:
  /// A modern request that a handler works on.
  class running_call final : private stateless_call::owner {
  public:
    running_call(message_connection& connection, stateless_start start, time_point received);
    stateless_call& call() noexcept { return call_; }

  private:
    void on_answer(stateless_answer&& answer) override;

    message_connection& connection_;
    stateless_call call_;
  };

  /// A modern request without an answer.
  struct open_request {
    std::uint64_t number = 0;
    protocol::request_id id;
    std::unique_ptr<running_call> run; ///< null: a task has been asked
  };

  /// A subscription: an open request of subscriptions/listen.
  class listen_stream final : public troupe::listener {
  public:
    listen_stream(message_connection& connection, protocol::request_id id);
    void on_notification(const protocol::tagged_notification& told) override;
    const protocol::request_id& id() const noexcept { return id_; }

  private:
    message_connection& connection_;
    protocol::request_id id_;
  };

  // -- life (message_connection.cpp) --------------------------------------------------------------
  void activate(const std::function<void()>& step) override;
  caf::strong_actor_ptr keep_alive() noexcept override { return self_; }
  void on_message(std::string_view text) override;
  void on_bad_message(std::int32_t code, std::string_view what) override;
  void on_input_end() override;
  void on_closed(connection_end why) override;

  time_point now() const noexcept { return context_->shard().timers.now(); }
  const connection_options& options() const noexcept { return context_->options(); }
  const session_options& session_settings() const noexcept { return *context_->shard().options; }
  session_observer& observer() noexcept { return *context_->shard().observer; }
  bool is_draining() const noexcept { return draining_ || context_->shard().draining; }
  bool is_busy() const noexcept;
  caf::actor self_handle() const;
  void settle();
  void close_when_over();
  void pace_input();
  void start_draining();
  void close(port_close why, connection_end as);
  void end(connection_end why);
  void leave();
  void on_timer(time_point now) override;
  void arm(time_point due);
  time_point idle_until() const noexcept;
  void send_answer(std::string&& json);
  /// Notifications may be too many for a peer; answers are as many as it has asked for.
  bool takes_notification();
  void refuse(const std::optional<protocol::request_id>& id, const rpc_error& why,
              protocol::unknown_id unknown);
  protocol::unknown_id unknown_id() const noexcept;

  // -- sessions (message_connection_legacy.cpp) ---------------------------------------------------
  void handle_legacy(const protocol::document_ptr& body);
  void handle_without_session(const protocol::document_ptr& body);
  void begin_session(const protocol::document_ptr& body, const protocol::request_id& id);
  void open(const protocol::document_ptr& body);
  void deliver(const protocol::document_ptr& body);
  void on_slots(const slots_answered& answer);
  void on_stream_event(const stream_event& event);
  void on_session_over(const session_over& over);

  // -- the modern era (message_connection_modern.cpp) ---------------------------------------------
  void handle_modern(const protocol::document_ptr& body);
  void begin_modern(const protocol::modern_request& request, const protocol::document_ptr& body);
  std::optional<rpc_error> refusal_of(const protocol::request_id& id) const;
  bool is_full(const protocol::modern_request& request, const stateless_source& source,
               std::size_t used, std::size_t most, std::string_view limit_name);
  void begin_call(stateless_start&& start, time_point received);
  void question_task(stateless_task&& task, const stateless_source& source);
  void begin_listening(stateless_listen&& request);
  void write_notification(const listen_stream& to, const protocol::tagged_notification& told);
  void end_listening();
  /// Whether `body` is a notification that cancels one of the requests here.
  bool cancels(const protocol::document& body);
  bool cancel(const protocol::request_id& id);
  open_request* find(std::uint64_t number) noexcept;
  void answer_call(std::uint64_t number, std::string&& json);
  void on_handler_gone(const handler_gone& gone);
  void time_out_calls(time_point now);
  void on_call_event(std::uint64_t call, std::string json) override;
  void on_stream_detached(std::uint64_t) override {} // there is nothing to come back to

  connection_context_ptr context_;
  /// An open connection owns itself, and what its port has pending holds it too.
  caf::strong_actor_ptr self_;
  std::unique_ptr<message_port> port_;
  caf::actor session_;
  protocol::document_ptr pending_body_; ///< an initialize request, while slots are being asked for
  std::vector<open_request> open_;
  std::vector<std::unique_ptr<listen_stream>> listens_;
  exchange_id exchange_ = 0;      ///< of the session, or of the wish for one
  std::uint64_t next_number_ = 1; ///< of modern requests
  std::uint64_t direct_ = 0;      ///< the request that is being looked at
  time_point last_message_{};
  transport_kind kind_;
  connection_end end_ = connection_end::failed;
  std::optional<session_end> session_end_; ///< set: the session is over, and so is the connection
  bool heard_ : 1 = false;                 ///< there has been a message
  bool modern_ : 1 = false;                ///< there has been a modern one
  bool opening_ : 1 = false;               ///< the session has not answered its initialize yet
  bool input_over_ : 1 = false;
  bool held_ : 1 = false;
  bool draining_ : 1 = false;
  bool closing_ : 1 = false;
  bool closed_ : 1 = false;
};

} // namespace troupe::net
