#include "troupe/net/http_connection.hpp"

#include <algorithm>
#include <utility>

#include <caf/spawn_options.hpp>

#include "troupe/net/io_unit.hpp"

namespace troupe::net {

// An idle connection is this object, its mailbox, one pending wait of Asio and nothing else.
static_assert(sizeof(http_connection) <= 1280);

namespace {

/// How often a connection that waits looks whether its session still exists. Monitoring it instead
/// would cost an allocation and a message for each exchange; a session's death is a defect.
constexpr std::chrono::seconds session_check{5};

bool has_ended(const caf::actor& session) {
  return session && caf::actor_cast<caf::abstract_actor*>(session)->getf(
                        caf::abstract_actor::is_cleaned_up_flag);
}

} // namespace

caf::actor spawn_connection(const connection_context_ptr& context, tcp_socket socket) {
  const auto handle = spawn_pinned<http_connection, caf::lazy_init>(*context->shard().home, context,
                                                                    std::move(socket));
  context->shard().adopt(handle);
  auto& self = static_cast<http_connection&>(*caf::actor_cast<caf::abstract_actor*>(handle));
  self.on_event([&] { self.start(); });
  return handle;
}

http_connection::http_connection(caf::actor_config& config, connection_context_ptr context,
                                 tcp_socket socket)
    : super(config), context_(std::move(context)), socket_(std::move(socket)) {}

caf::behavior http_connection::make_behavior() {
  constexpr auto self = &running<http_connection>;
  static const caf::behavior shared{
      [](reply& answer) { self().on_reply(answer); },
      [](const stream_begin& begin) { self().on_stream_begin(begin); },
      [](const stream_event& event) { self().on_stream_event(event); },
      [](const stream_end& end) { self().on_stream_end(end); },
      [](const slots_answered& answer) { self().on_slots(answer); },
      [](drain) { self().start_draining(); },
  };
  return shared;
}

void http_connection::start() {
  self_ = caf::strong_actor_ptr{ctrl()};
  context_->observer().connection_accepted();
  error_code error;
  socket_.non_blocking(true, error);
  deadline_ = now() + options().header_timeout;
  if (error)
    end(connection_end::failed);
  settle();
}

caf::resumable::resume_result http_connection::resume(caf::execution_unit* unit,
                                                      std::size_t limit) {
  const auto result = super::resume(unit, limit);
  if (phase_ != phase::closed)
    on_event([this] { settle(); });
  return result;
}

bool http_connection::has_exchange() const noexcept {
  return phase_ == phase::acquiring || phase_ == phase::waiting || phase_ == phase::streaming;
}

bool http_connection::wants_input() const noexcept {
  if (peer_eof_)
    return false;
  if (has_exchange())
    return watching_;
  // A peer that does not take its answers gets no further request read.
  return phase_ == phase::lingering || (!closing_ && !output_);
}

void http_connection::settle() {
  if (phase_ == phase::closed)
    return;
  flush();
  if (phase_ != phase::closed && closing_ && !output_)
    finish_close();
  if (phase_ == phase::closed)
    return;
  if (output_ && !writing_)
    wait_writable();
  if (!reading_ && wants_input())
    wait_readable();
  arm_timer();
}

void http_connection::wait_readable() {
  reading_ = true;
  socket_.async_wait(tcp_socket::wait_read, [this, self = self_](error_code error) {
    reading_ = false;
    io_unit::catch_up(); // timers may fire, this connection's too
    if (phase_ == phase::closed)
      return;
    on_event([&] {
      if (error)
        end(connection_end::failed);
      else
        on_readable();
      settle();
    });
  });
}

void http_connection::wait_writable() {
  writing_ = true;
  socket_.async_wait(tcp_socket::wait_write, [this, self = self_](error_code error) {
    writing_ = false;
    io_unit::catch_up(); // timers may fire, this connection's too
    if (phase_ == phase::closed)
      return;
    on_event([&] {
      if (error)
        end(connection_end::failed);
      else
        on_writable();
      settle();
    });
  });
}

void http_connection::on_readable() {
  if (has_exchange())
    probe_peer();
  else
    read_requests();
}

void http_connection::on_writable() {
  write_queue();
  if (phase_ == phase::idle && !output_ && !closing_)
    take_kept();
}

// The peer is watched while it waits, but what it sends now is for later: a byte is looked at, not
// taken, and then the watch is over, since more cannot be learned.
void http_connection::probe_peer() {
  watching_ = false;
  char byte = 0;
  error_code error;
  socket_.receive(asio::buffer(&byte, 1), tcp_socket::message_peek, error);
  if (error == asio::error::would_block || error == asio::error::try_again)
    watching_ = true;
  else if (error == asio::error::eof)
    on_peer_eof();
  else if (error)
    end(connection_end::client_lost);
}

void http_connection::on_peer_eof() {
  peer_eof_ = true;
  switch (phase_) {
  case phase::acquiring:
  case phase::waiting:
    return; // a peer that only says it sends no more still gets its answer
  case phase::idle:
    end(connection_end::client_closed);
    return;
  case phase::lingering:
    end(end_);
    return;
  default:
    end(connection_end::client_lost);
  }
}

// -- time -------------------------------------------------------------------------------------------

void http_connection::arm_timer() {
  const auto due = output_ ? std::min(deadline_, output_->deadline) : deadline_;
  // A deadline that moves on with every request is not worth moving the timer: it fires, finds that
  // it is early, and is armed again.
  if (!armed() || timer::deadline() > due)
    context_->shard().timers.arm(*this, due);
}

void http_connection::on_timer(time_point now) {
  const auto self = self_; // the connection may end here
  on_event([&] {
    if (output_ && now >= output_->deadline)
      end(connection_end::write_timeout);
    else if (now >= deadline_)
      on_deadline(now);
    settle();
  });
}

void http_connection::on_deadline(time_point now) {
  if (closing_ && phase_ != phase::lingering) {
    end(end_);
    return;
  }
  switch (phase_) {
  case phase::idle:
    if (output_) // the last answer is still on its way, which has a timeout of its own
      deadline_ = now + options().keep_alive_timeout;
    else
      end(served_ ? connection_end::keep_alive_timeout : connection_end::header_timeout);
    break;
  case phase::receiving: {
    const bool in_head = !inbound_->parser.has_head();
    keep_alive_ = false;
    answer_error(408, protocol::error_code::invalid_request,
                 in_head ? "the head of the request did not arrive in time; send it at once"
                         : "the body of the request did not arrive in time; send it faster");
    close_when_written(in_head ? connection_end::header_timeout : connection_end::body_timeout,
                       true);
    break;
  }
  case phase::skipping:
    end(connection_end::body_timeout);
    break;
  case phase::acquiring:
  case phase::waiting:
    on_long_wait(now);
    break;
  case phase::streaming:
    on_silent_stream(now);
    break;
  case phase::lingering:
    end(end_);
    break;
  case phase::closed:
    break;
  }
}

// Most exchanges are answered at once and pay nothing for what is done here about the others.
void http_connection::on_long_wait(time_point now) {
  if (!long_wait_) {
    long_wait_ = true;
    watching_ = true;
    answer_deadline_ = now + options().answer_timeout;
  } else if (has_ended(session_)) {
    on_session_gone();
    return;
  } else if (now >= answer_deadline_) {
    leave_exchange();
    keep_alive_ = false;
    answer_error(504, protocol::error_code::internal_error,
                 "the request was not answered in time; try again");
    close_when_written(connection_end::answer_timeout, false);
    return;
  }
  deadline_ = std::min(answer_deadline_, now + session_check);
}

void http_connection::on_silent_stream(time_point now) {
  if (has_ended(session_)) {
    // An end without the last chunk: the client sees that the stream is not complete.
    end(connection_end::failed);
    return;
  }
  if (!output_) // a peer that is slow has bytes enough to read
    out() += protocol::sse_keep_alive(framing());
  deadline_ = now + options().stream_keep_alive;
}

void http_connection::on_session_gone() {
  session_ = nullptr;
  keep_alive_ = false;
  answer_error(500, protocol::error_code::internal_error,
               "the session ended before it answered; start a new session");
  exchange_answered();
}

// -- the end ----------------------------------------------------------------------------------------

void http_connection::start_draining() {
  draining_ = true;
  keep_alive_ = false;
  if (phase_ == phase::idle)
    close_when_written(connection_end::drained, false);
}

void http_connection::close_when_written(connection_end why, bool linger) {
  closing_ = true;
  linger_ = linger;
  deadline_ = now() + options().answer_timeout; // progress has a timeout of its own
  end_ = why;
}

void http_connection::finish_close() {
  if (phase_ == phase::lingering)
    return;
  if (linger_ && !peer_eof_)
    linger();
  else
    end(end_);
}

// Closing a socket with unread bytes resets the connection, and the peer may lose the answer.
void http_connection::linger() {
  error_code ignored;
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
  phase_ = phase::lingering;
  skip_left_ = options().max_linger_bytes;
  deadline_ = now() + options().linger_timeout;
  keep(nullptr, 0);
}

/// The exchange will not be answered by its session any more.
void http_connection::leave_exchange() {
  if (has_exchange()) {
    if (session_)
      send(session_, exchange_lost{address(), exchange_});
    ++exchange_; // what is still on its way is stale
  }
  session_ = nullptr;
  pending_body_ = nullptr;
}

void http_connection::end(connection_end why) {
  if (phase_ == phase::closed)
    return;
  end_ = why;
  leave_exchange();
  phase_ = phase::closed;
  quit();
}

void http_connection::on_exit() {
  if (!self_)
    return;                      // never started, or over already
  if (phase_ != phase::closed) { // ended from outside
    leave_exchange();
    phase_ = phase::closed;
    if (is_draining())
      end_ = connection_end::drained;
  }
  out().clear();
  timer::cancel();
  error_code ignored;
  socket_.close(ignored);
  if (inbound_)
    context_->give_back(std::move(inbound_));
  output_.reset();
  context_->observer().connection_closed(end_);
  context_->shard().limits.release(limit::connections);
  self_ = nullptr;
}

} // namespace troupe::net
