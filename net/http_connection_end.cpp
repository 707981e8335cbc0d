#include "troupe/net/http_connection.hpp"

#include <utility>

namespace troupe::net {

void http_connection::start_draining() {
  if (draining_)
    return;
  draining_ = true;
  keep_alive_ = false;
  if (phase_ == phase::idle)
    drain_idle();
  else if (phase_ == phase::handshaking)
    end(connection_end::drained);
  else if (listen_)
    finish_listening();
}

// A request may be on its way. Closing now would reset it, and its client could not know whether it was carried
// out; so who connected or was answered a moment ago is waited for, and refused.
void http_connection::drain_idle() {
  const auto patience = served_ ? options().keep_alive_timeout : options().header_timeout;
  const auto until = deadline_ - patience + options().drain_linger;
  if (!output_ && until > now()) {
    deadline_ = until;
    return;
  }
  if (!output_)
    read_requests(); // what has arrived
  if (phase_ == phase::idle && !closing_)
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
  stream_.shutdown_send();
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
    else if (remote_session_)
      send(remote_session_->shard,
           routed{remote_session_->id, caf::make_message(exchange_lost{address(), exchange_}),
                  nullptr, exchange_});
    ++exchange_; // what is still on its way is stale
  }
  session_ = nullptr;
  remote_session_.reset();
  search_.reset();
  pending_body_ = nullptr;
  leave_stateless();
}

void http_connection::end(connection_end why) {
  if (phase_ == phase::closed)
    return;
  end_ = why;
  if (!has_exchange() && !output_) // else something is cut off, and the peer should see that
    stream_.say_end();
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
  timer::cancel();
  stream_.close();
  if (inbound_)
    context_->give_back(std::move(inbound_));
  output_.clear();
  if (!handed_over_) {
    context_->observer().connection_closed(end_, transport_);
    context_->shard().limits.release(limit::connections);
  }
  self_ = nullptr;
}

} // namespace troupe::net
