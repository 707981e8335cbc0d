#pragma once

// The actor behind connection.hpp. One object is the actor, the owner of the socket and its timer;
// a socket's event or a timeout is a plain call on it (actors/pinned.hpp).
//
//   http_connection.cpp           life: start, waiting for the socket, timeouts, the end
//   http_connection_input.cpp     bytes → requests; refusals
//   http_connection_route.cpp     requests → sessions
//   http_connection_output.cpp    answers and streams → bytes
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

#include <caf/event_based_actor.hpp>

#include "troupe/actors/exchange.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/net/connection.hpp"
#include "troupe/net/output_queue.hpp"
#include "troupe/net/session_slots.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/http_response.hpp"
#include "troupe/protocol/sse.hpp"

namespace troupe::net {

/// The answer to the question whether a new session may be opened; from the connection to itself.
struct slots_answered {
  exchange_id exchange = 0;
  std::shared_ptr<session_slots> slots;
};

class http_connection final : public pinned<caf::event_based_actor>, private timer {
public:
  using super = pinned<caf::event_based_actor>;

  http_connection(caf::actor_config& config, connection_context_ptr context, tcp_socket socket);

  /// Begins to read; to be called once, through on_event().
  void start();

  const char* name() const override { return "connection"; }
  caf::behavior make_behavior() override;
  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t limit) override;
  void on_exit() override;

private:
  enum class phase : std::uint8_t {
    idle,      ///< between two requests
    receiving, ///< a part of a request is there
    skipping,  ///< the body of a refused request is read and dropped
    acquiring, ///< the registry is asked whether a session may be opened
    waiting,   ///< a session has the exchange
    streaming, ///< the exchange is an event stream
    lingering, ///< all is said; what the peer still sends is dropped until it closes
    closed,
  };

  // -- life (http_connection.cpp) -----------------------------------------------------------------
  time_point now() const noexcept { return context_->shard().timers.now(); }
  const connection_options& options() const noexcept { return context_->options(); }
  bool is_draining() const noexcept { return draining_ || context_->shard().draining; }
  bool has_exchange() const noexcept;
  bool wants_input() const noexcept;
  void settle();
  void wait_readable();
  void wait_writable();
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
  /// Closes once everything written has gone out; `linger`: unread bytes may be on their way.
  void close_when_written(connection_end why, bool linger);
  void finish_close();
  void linger();
  void end(connection_end why);
  void leave_exchange();

  // -- input (http_connection_input.cpp) ----------------------------------------------------------
  void read_requests();
  void take_kept();
  void process(char* bytes, std::size_t size);
  std::size_t take_request(char* bytes, std::size_t& size);
  std::size_t finish_request();
  std::size_t skip_body(std::size_t size);
  bool decide(std::optional<protocol::admitted>& request);
  void reject();
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
  void handle_preflight();
  bool check_revision(const protocol::admitted& request, const protocol::document* body);
  std::optional<protocol::session_id> find_session_id(const protocol::admitted& request,
                                                      const protocol::document* body);
  void begin_session(protocol::document_ptr body);
  void open_with_slots(protocol::document_ptr body);
  void on_slots(const slots_answered& answer);
  /// Sends to the session, wherever it lives.
  template<class Message>
  void deliver(const protocol::session_id& id, Message message);
  void deliver_notice(const protocol::session_id& id, const protocol::document_ptr& body);
  client_post make_post(protocol::document_ptr body);
  void begin_exchange(phase what);
  caf::actor self_handle();

  // -- output (http_connection_output.cpp) --------------------------------------------------------
  protocol::response_fields fields(int status);
  std::string& out() noexcept { return context_->write_buffer(); }
  void append(std::string&& large);
  void append(const frame_ptr& large);
  void on_reply(reply& answer);
  void on_stream_begin(const stream_begin& begin);
  void on_stream_event(const stream_event& event);
  void on_stream_end(const stream_end& end);
  void answer_error(int status, std::int32_t code, std::string message,
                    const std::optional<protocol::request_id>& id = {}, bool retry = false);
  void answer_accepted();
  void response_begun(int status);
  void exchange_answered();
  std::size_t waiting_bytes() const noexcept;
  bool is_too_slow();
  void queue_fresh();
  void clear_out();
  void flush();
  void write_fresh();
  void write_queue();
  protocol::sse_framing framing() const noexcept;

  connection_context_ptr context_;
  /// An open connection owns itself: what waits for a session has no pending socket operation.
  caf::strong_actor_ptr self_;
  tcp_socket socket_;
  std::unique_ptr<inbound> inbound_;     ///< null while no byte of a request is there
  std::unique_ptr<output_queue> output_; ///< null unless the peer is slow
  std::unique_ptr<std::string> cors_origin_;
  protocol::document_ptr pending_body_; ///< of an initialize request while acquiring
  caf::actor session_;                  ///< has the exchange, if it lives on this thread
  exchange_id exchange_ = 0;
  time_point deadline_{};        ///< of the phase; the timer may be armed for earlier
  time_point answer_deadline_{}; ///< while waiting for long
  std::uint64_t skip_left_ = 0;  ///< while skipping or lingering: bytes to drop at most
  phase phase_ = phase::idle;
  connection_end end_ = connection_end::failed;
  std::uint8_t version_ = 11;
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
};

} // namespace troupe::net

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::net::slots_answered)
