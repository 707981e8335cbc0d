#pragma once

// The actor behind connection.hpp. One object is the actor, the owner of the socket and its timer;
// a socket's event or a timeout is a plain call on it (actors/pinned.hpp).
//
//   http_connection.cpp           life: start, waiting for the socket, timeouts
//   http_connection_end.cpp       the last answer, lingering, the end
//   http_connection_tls.cpp       the handshake, where TLS is spoken
//   http_connection_input.cpp     bytes → requests; refusals
//   http_connection_route.cpp     requests → sessions
//   http_connection_sse.cpp       HTTP+SSE of 2024-11-05
//   http_connection_stateless.cpp requests of the modern era, which need no session
//   http_connection_output.cpp    answers and streams → bytes
//   http_connection_upgrade.cpp   the change to a WebSocket
//   http_connection_move.cpp      the change to another thread
//
// Whatever happens within one activation (a socket event, a timeout, a batch of messages) ends with
// settle(): all bytes that came together go out in one write, and only then is anything waited for.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/event_based_actor.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/handover.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/actors/session_home.hpp"
#include "troupe/actors/stateless_call.hpp"
#include "troupe/actors/stateless_requests.hpp"
#include "troupe/net/connection.hpp"
#include "troupe/net/moving_connection.hpp"
#include "troupe/net/outgoing.hpp"
#include "troupe/net/session_slots.hpp"
#include "troupe/net/websocket_codec.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/http_response.hpp"
#include "troupe/protocol/session_id.hpp"
#include "troupe/protocol/sse.hpp"

namespace troupe::net {

class http_connection final : public pinned<caf::event_based_actor>,
                              private timer,
                              private call_listener,
                              private stateless_call::owner {
public:
  using super = pinned<caf::event_based_actor>;

  http_connection(caf::actor_config& config, connection_context_ptr context, byte_stream stream);

  /// Begins to read; to be called once, through on_event().
  void start(connection_origin origin);

  const char* name() const override { return "connection"; }
  caf::behavior make_behavior() override;
  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t limit) override;
  void on_exit() override;

private:
  bool on_frequent(const std::type_info& type, void* content) override;

  enum class phase : std::uint8_t {
    handshaking, ///< of TLS
    idle,        ///< between two requests
    receiving,   ///< a part of a request is there
    skipping,    ///< the body of a refused request is read and dropped
    acquiring,   ///< the registry is asked whether a session may be opened
    waiting,     ///< a session or a handler has the exchange
    streaming,   ///< the exchange is an event stream
    upgrading,   ///< a WebSocket from the end of this activation on
    moving,      ///< the socket is on its way to another thread
    lingering,   ///< all is said; what the peer still sends is dropped until it closes
    closed,
  };

  /// A stream of subscriptions/listen.
  class listen_stream final : public troupe::listener {
  public:
    listen_stream(http_connection& connection, protocol::request_id subscription);
    void on_notification(const protocol::tagged_notification& told) override;
    const protocol::request_id& subscription() const noexcept { return subscription_; }

  private:
    http_connection& connection_;
    protocol::request_id subscription_;
  };

  /// A session of another thread, and the shard that was asked for it.
  struct routed_session {
    protocol::session_id id;
    caf::actor shard;
  };

  // -- life (http_connection.cpp) -----------------------------------------------------------------
  time_point now() const noexcept { return context_->shard().timers.now(); }
  const connection_options& options() const noexcept { return context_->options(); }
  bool is_draining() const noexcept { return draining_ || context_->shard().draining; }
  bool has_exchange() const noexcept;
  /// Nobody is left to answer.
  bool has_lost_session() const noexcept;
  bool wants_input() const noexcept;
  void settle();
  /// What for: wait_read or wait_write, as a parameter because each pending wait keeps its handler.
  template<byte_stream::wait_type What>
  void wait_for();
  void on_readable();
  void on_writable();
  void on_timer(time_point now) override;
  void on_deadline(time_point now);
  void on_long_wait(time_point now);
  void on_silent_stream(time_point now);
  void arm_timer();
  void probe_peer();
  void on_peer_eof();
  void on_session_gone();
  void start_draining();
  void drain_idle();
  /// Closes once everything written has gone out; `linger`: unread bytes may be on their way.
  void close_when_written(connection_end why, bool linger);
  void finish_close();
  void linger();
  void end(connection_end why);
  void leave_exchange();

  // -- TLS (http_connection_tls.cpp) ---------------------------------------------------------------
  void shake_hands();
  void on_handshake_failed(const error_code& error);

  // -- input (http_connection_input.cpp) ----------------------------------------------------------
  void read_requests();
  void take_kept();
  void process(char* bytes, std::size_t size);
  bool takes_requests() const noexcept;
  std::size_t take_request(char* bytes, std::size_t& size);
  std::size_t skip_body(std::size_t size);
  bool decide(std::optional<protocol::admitted>& request);
  void reject();
  protocol::unknown_id unknown_id() const noexcept;
  void on_incomplete(bool head_just_read, bool expects_continue);
  void keep(const char* bytes, std::size_t size);
  void refuse(const protocol::refusal& why, std::optional<protocol::request_id> id = {},
              bool retry = false);
  void refuse_read(std::uint16_t status, std::int32_t code, std::string message,
                   std::optional<protocol::request_id> id = {}, bool retry = false);

  // -- routing (http_connection_route.cpp) --------------------------------------------------------
  void handle(const protocol::admitted& request, std::string_view body);
  void handle_post(const protocol::admitted& request, std::string_view body);
  void handle_get(const protocol::admitted& request);
  void handle_sse_post(const protocol::admitted& request, std::string_view body);
  void handle_preflight();
  bool check_revision(const protocol::admitted& request, const protocol::document* body);
  std::optional<protocol::session_id> find_session_id(const protocol::admitted& request,
                                                      const protocol::document* body);
  protocol::document_ptr parse_body(std::string_view body);
  void begin_session(protocol::document_ptr body);
  void open_with_slots(protocol::document_ptr body);
  void on_slots(const slots_answered& answer);
  /// Sends to the session, wherever it lives; `body` is the text of what the message holds parsed.
  template<class Message>
  void deliver(const protocol::session_id& id, Message message, std::string_view body);
  void deliver_notice(const protocol::session_id& id, const protocol::document_ptr& body,
                      std::string_view text);
  /// Whether there is a shard that owns the session.
  bool has_shard(const protocol::session_id& id) const;
  /// By way of the shard that owns the session, which says so if there is no such session.
  void route(const protocol::session_id& id, caf::message content);
  client_post make_post(protocol::document_ptr body);
  /// The session was not where the exchange went; it goes on to where it may be.
  void on_bounced(bounced& back);
  void refuse_absent(session_home::place where, const std::optional<protocol::request_id>& id);
  void begin_exchange(phase what);
  caf::actor self_handle();

  // -- HTTP+SSE (http_connection_sse.cpp) ----------------------------------------------------------
  void begin_sse();
  void open_sse_session();
  void on_session_over(const session_over& over);

  // -- WebSocket (http_connection_upgrade.cpp) ----------------------------------------------------
  void decide_upgrade();
  void upgrade(std::string_view received);

  // -- another thread (http_connection_move.cpp) ---------------------------------------------------
  void count_crossing(std::size_t to) noexcept;
  bool may_move() const noexcept;
  void move_to_session();
  void on_moved_back(const connection_move& back);
  void on_left(const connection_left& left);

  // -- the modern era (http_connection_stateless.cpp) ----------------------------------------------
  void handle_modern(const protocol::admitted& request, const protocol::document_ptr& body);
  void begin_modern(const protocol::modern_request& request, const protocol::document_ptr& body);
  void begin_call(stateless_start&& start, time_point received);
  void question_task(stateless_task&& task, const stateless_source& source);
  void on_answer(stateless_answer&& answer) override;
  void write_answer(stateless_answer&& answer);
  void on_call_event(std::uint64_t call, std::string json) override;
  void on_stream_detached(std::uint64_t) override {} // there is nothing to come back to
  void on_call_deadline(time_point now);
  time_point next_stream_deadline() const noexcept;
  void begin_listening(stateless_listen&& request);
  void write_notification(const protocol::tagged_notification& told);
  void finish_listening();
  void leave_stateless();

  // -- output (http_connection_output.cpp) --------------------------------------------------------
  protocol::response_fields fields(int status);
  std::string& out() noexcept { return output_.fresh(); }
  void append_json(const protocol::response_fields& fields, std::string&& json,
                   frame_ptr&& shared_end);
  void on_reply(reply& answer);
  void begin_stream(const std::optional<protocol::session_id>& session);
  void on_stream_begin(const stream_begin& begin);
  void on_stream_event(const stream_event& event);
  void on_stream_end(const stream_end& end);
  void answer_error(int status, std::int32_t code, std::string message,
                    const std::optional<protocol::request_id>& id = {}, bool retry = false);
  void answer_accepted();
  void response_begun(int status);
  void exchange_answered();
  bool is_too_slow();
  void flush();
  void write_queue();
  void on_written(bool was_slow, const error_code& error);
  protocol::sse_framing framing() const noexcept;

  connection_context_ptr context_;
  /// An open connection owns itself: what waits for a session has no pending socket operation.
  caf::strong_actor_ptr self_;
  byte_stream stream_;
  std::unique_ptr<inbound> inbound_; ///< null while no byte of a request is there
  outgoing output_;
  std::unique_ptr<std::string> cors_origin_;
  /// Of an initialize request while acquiring; null for HTTP+SSE, whose session comes before it.
  protocol::document_ptr pending_body_;
  /// Has the exchange: a session of this thread, or the peer of the node that has it.
  caf::actor session_;
  /// Which session has the exchange if it lives on another thread, until a stream names its actor.
  std::unique_ptr<routed_session> remote_session_;
  /// For the session of this exchange, if a node was asked in vain.
  std::unique_ptr<session_search> search_;
  std::unique_ptr<stateless_call> call_;     ///< has the exchange, if it is a modern call
  std::unique_ptr<listen_stream> listen_;    ///< has the exchange, if it is a subscription
  std::unique_ptr<websocket_coding> coding_; ///< while upgrading
  exchange_id exchange_ = 0;
  time_point deadline_{};        ///< of the phase; the timer may be armed for earlier
  time_point answer_deadline_{}; ///< while waiting for long
  std::uint64_t skip_left_ = 0;  ///< while skipping or lingering: bytes to drop at most
  std::uint16_t crossed_to_ = 0; ///< the other thread that the last requests went to
  transport_kind transport_ = transport_kind::http;
  phase phase_ = phase::idle;
  connection_end end_ = connection_end::failed;
  std::uint8_t version_ = 11;
  std::uint8_t crossings_ = 0; ///< requests in a row that went there
  bool keep_alive_ : 1 = true;
  bool accepts_json_ : 1 = true;
  bool accepts_sse_ : 1 = false;
  bool served_ : 1 = false;  ///< has received a request before
  bool reading_ : 1 = false; ///< the socket is waited for
  bool writing_ : 1 = false;
  bool watching_ : 1 = false; ///< the peer is watched during an exchange
  bool long_wait_ : 1 = false;
  bool peer_eof_ : 1 = false; ///< the peer sends no more; it may still read
  bool closing_ : 1 = false;
  bool linger_ : 1 = false;
  bool draining_ : 1 = false;
  bool forwards_ : 1 = false;    ///< `session_` is a peer
  bool handed_over_ : 1 = false; ///< socket and slot have another owner
};

} // namespace troupe::net
