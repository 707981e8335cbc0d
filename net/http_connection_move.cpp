#include "troupe/net/http_connection.hpp"

#include <utility>

#include "troupe/actors/has_ended.hpp"
#include "troupe/net/moving_connection.hpp"

namespace troupe::net {

namespace {

/// Requests in a row that must have crossed to one other thread before the connection goes there: a
/// proxy that sends requests of many sessions through one connection hardly ever has so many.
constexpr std::uint8_t crossings_before_move = 16;

} // namespace

void http_connection::count_crossing(std::size_t to) noexcept {
  if (crossed_to_ != to)
    crossings_ = 0;
  crossed_to_ = static_cast<std::uint16_t>(to);
  if (crossings_ < crossings_before_move)
    ++crossings_;
}

/// Nothing of a request or an answer may be here: what the client has sent since is in the socket.
bool http_connection::may_move() const noexcept {
  return crossings_ == crossings_before_move && phase_ == phase::idle && !inbound_ && !output_ &&
         !reading_ && !writing_ && !closing_ && !peer_eof_ && !is_draining();
}

void http_connection::move_to_session() {
  crossings_ = 0;
  const auto& shard = context_->shard().shards[crossed_to_];
  if (!shard || has_ended(shard))
    return;
  error_code error;
  auto detached = stream_.detach(error);
  if (error) {
    end(connection_end::failed);
    return;
  }
  phase_ = phase::moving;
  deadline_ = now() + options().answer_timeout;
  send(shard,
       connection_move{std::make_shared<moving_connection>(std::move(detached), self_handle())});
}

void http_connection::on_moved_back(const connection_move& back) {
  if (phase_ != phase::moving)
    return;
  error_code error;
  back.connection->come_back(stream_, error);
  if (error) {
    end(connection_end::failed);
    return;
  }
  phase_ = phase::idle;
  deadline_ = now() + options().keep_alive_timeout;
  if (is_draining())
    drain_idle();
}

void http_connection::on_left(const connection_left& left) {
  if (phase_ != phase::moving)
    return;
  if (!left.arrived) {
    end(connection_end::failed);
    return;
  }
  context_->observer().connection_left(transport_);
  context_->shard().limits.release(limit::connections);
  handed_over_ = true;
  phase_ = phase::closed;
  quit();
}

} // namespace troupe::net
