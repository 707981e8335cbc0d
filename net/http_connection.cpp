#include "troupe/net/http_connection.hpp"

#include <algorithm>
#include <utility>

#include <caf/spawn_options.hpp>

#include "troupe/actors/has_ended.hpp"
#include "troupe/net/io_unit.hpp"

namespace troupe::net {

// An idle connection is this object, its mailbox, one pending wait of Asio and nothing else. The goals
// for what it costs in all: 2 KiB, and 4 KiB with a session and its event stream
// (docs/decisions/0015-memory.md).
static_assert(sizeof(http_connection) <= 1288);
static_assert(sizeof(byte_stream) <= 48);

namespace {

/// How often a connection that waits looks whether its session still exists. Monitoring it instead
/// would cost an allocation and a message for each exchange; a session's death is a defect.
constexpr std::chrono::seconds session_check{5};

} // namespace

caf::actor spawn_connection(const connection_context_ptr& context, byte_stream stream,
                            connection_origin origin) {
  auto handle = spawn_pinned<http_connection, caf::lazy_init>(*context->shard().home, context,
                                                              std::move(stream));
  context->shard().adopt(handle);
  auto& self = static_cast<http_connection&>(*caf::actor_cast<caf::abstract_actor*>(handle));
  self.on_event([&] { self.start(origin); });
  return handle;
}

http_connection::http_connection(caf::actor_config& config, connection_context_ptr context,
                                 byte_stream stream)
    : super(config), context_(std::move(context)), stream_(std::move(stream)), output_(*context_) {}

caf::behavior http_connection::make_behavior() {
  constexpr auto self = &running<http_connection>;
  static const caf::behavior shared{
      [](reply& answer) { self().on_reply(answer); },
      [](const stream_begin& begin) { self().on_stream_begin(begin); },
      [](const stream_event& event) { self().on_stream_event(event); },
      [](const stream_end& end) { self().on_stream_end(end); },
      [](bounced& back) { self().on_bounced(back); },
      [](const session_over& over) { self().on_session_over(over); },
      [](const slots_answered& answer) { self().on_slots(answer); },
      [](call_finished& done) {
        if (self().call_ && done.call == self().exchange_)
          self().call_->on_finished(std::move(done.result));
      },
      [](call_event& event) { // a handler may go on telling when its call is over
        if (self().call_)
          self().on_call_event(event.call, std::move(event.json));
      },
      [](const call_slot& slot) {
        if (self().call_ && slot.call == self().exchange_)
          self().call_->on_slot(slot);
      },
      [](const handler_gone& gone) {
        if (self().call_)
          self().call_->on_handler_gone(gone);
      },
      [](const connection_move& back) { self().on_moved_back(back); },
      [](const connection_left& left) { self().on_left(left); },
      [](drain) { self().start_draining(); },
  };
  return shared;
}

bool http_connection::on_frequent(const std::type_info& type, void* content) {
  if (type == typeid(reply))
    on_reply(*static_cast<reply*>(content));
  else if (type == typeid(stream_event))
    on_stream_event(*static_cast<stream_event*>(content));
  else
    return false;
  return true;
}

void http_connection::start(connection_origin origin) {
  self_ = caf::strong_actor_ptr{ctrl()};
  served_ = origin == connection_origin::other_thread;
  if (served_)
    context_->observer().connection_arrived(transport_kind::http);
  else
    context_->observer().connection_accepted(transport_kind::http);
  error_code error;
  stream_.make_non_blocking(error);
  if (stream_.is_handshaking())
    phase_ = phase::handshaking;
  deadline_ = now() + (phase_ == phase::handshaking ? options().handshake_timeout
                       : served_                    ? options().keep_alive_timeout
                                                    : options().header_timeout);
  if (error)
    end(connection_end::failed);
  else if (is_draining())
    start_draining();
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
  if (peer_eof_ || phase_ == phase::moving)
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
  if (phase_ != phase::closed && may_move())
    move_to_session();
  if (phase_ == phase::closed)
    return;
  const bool reads = wants_input();
  const bool reads_by_writing = reads && stream_.wants_write();
  if ((output_ || reads_by_writing) && !writing_)
    wait_for<stream_socket::wait_write>();
  if (reads && !reads_by_writing && !reading_)
    wait_for<stream_socket::wait_read>();
  arm_timer();
}

template<byte_stream::wait_type What>
void http_connection::wait_for() {
  constexpr bool reads = What == stream_socket::wait_read;
  (reads ? reading_ : writing_) = true;
  const auto on_ready = [this, self = self_](error_code error) {
    (reads ? reading_ : writing_) = false;
    io_unit::catch_up(); // timers may fire, this connection's too
    if (phase_ == phase::closed)
      return;
    on_event([&] {
      if (error)
        end(connection_end::failed);
      else if (reads)
        on_readable();
      else
        on_writable();
      settle();
    });
  };
  if constexpr (reads)
    stream_.wait_read(on_ready);
  else
    stream_.wait_write(on_ready);
}

void http_connection::on_readable() {
  if (phase_ == phase::handshaking)
    shake_hands();
  else if (has_exchange())
    probe_peer();
  else
    read_requests();
}

void http_connection::on_writable() {
  if (output_) // it may have been written meanwhile
    write_queue();
  if (phase_ != phase::closed && stream_.wants_write() && wants_input())
    on_readable();
  if (phase_ == phase::idle && !output_ && !closing_)
    take_kept();
}

// The peer is watched while it waits, but what it sends now is for later: a byte is looked at, not
// taken, and then the watch is over, since more cannot be learned.
void http_connection::probe_peer() {
  watching_ = false;
  error_code error;
  stream_.probe(error);
  if (is_would_block(error))
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
    if (!call_)
      return; // a peer that only says it sends no more still gets its answer
    end(connection_end::client_lost); // in the modern era it has cancelled
    return;
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
  const auto due = output_ ? std::min(deadline_, output_.deadline()) : deadline_;
  // A deadline that moves on with every request is not worth moving the timer: it fires, finds that
  // it is early, and is armed again.
  if (!armed() || timer::deadline() > due)
    context_->shard().timers.arm(*this, due);
}

void http_connection::on_timer(time_point now) {
  const auto self = self_; // the connection may end here
  on_event([&] {
    if (output_ && now >= output_.deadline())
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
  case phase::handshaking:
    end(connection_end::handshake_timeout);
    break;
  case phase::idle:
    if (output_) // the last answer is still on its way, which has a timeout of its own
      deadline_ = now + options().keep_alive_timeout;
    else
      end(is_draining() ? connection_end::drained
          : served_     ? connection_end::keep_alive_timeout
                        : connection_end::header_timeout);
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
    if (call_)
      on_call_deadline(now);
    else
      on_long_wait(now);
    break;
  case phase::streaming:
    on_silent_stream(now);
    break;
  case phase::lingering:
    end(end_);
    break;
  case phase::moving: // the thread that should take it has not said a word
    end(connection_end::failed);
    break;
  case phase::upgrading:
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
  } else if (has_lost_session()) {
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
  if (call_ && now >= call_->deadline()) {
    call_->time_out();
    return;
  }
  if (has_lost_session()) {
    // An end without the last chunk: the client sees that the stream is not complete.
    end(connection_end::failed);
    return;
  }
  if (!output_) // a peer that is slow has bytes enough to read
    out() += protocol::sse_keep_alive(framing());
  deadline_ = next_stream_deadline();
}

bool http_connection::has_lost_session() const noexcept {
  return session_ ? has_ended(session_) : remote_session_ && has_ended(remote_session_->shard);
}

void http_connection::on_session_gone() {
  session_ = nullptr;
  remote_session_.reset();
  if (forwards_) { // the peer answers for what it has taken: it ended before that
    refuse_absent(session_home::place::unreachable, std::nullopt);
    return;
  }
  keep_alive_ = false;
  answer_error(500, protocol::error_code::internal_error,
               "the session ended before it answered; start a new session");
  exchange_answered();
}

} // namespace troupe::net
