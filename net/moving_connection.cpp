#include "troupe/net/moving_connection.hpp"

#include <utility>

#include <caf/send.hpp>

#include "troupe/net/connection.hpp"

namespace troupe::net {

moving_connection::moving_connection(detached_stream stream, caf::actor origin)
    : stream_(std::move(stream)), origin_(std::move(origin)) {}

moving_connection::~moving_connection() {
  if (origin_)
    caf::anon_send(origin_, connection_left{arrived_});
}

void moving_connection::arrive(byte_stream& into, error_code& error) {
  into.attach(stream_, error);
  arrived_ = !error;
}

void moving_connection::come_back(byte_stream& into, error_code& error) {
  into.attach(stream_, error);
  origin_ = nullptr;
}

void take_or_send_back(const connection_move& move, const connection_context_ptr& context) {
  auto& limits = context->shard().limits;
  if (!limits.try_acquire(limit::connections)) {
    send_back(move);
    return;
  }
  byte_stream stream{stream_socket{context->loop()}};
  error_code error;
  move.connection->arrive(stream, error);
  if (error)
    limits.release(limit::connections);
  else
    spawn_connection(context, std::move(stream), connection_origin::other_thread);
}

void send_back(const connection_move& move) {
  caf::anon_send(move.connection->origin(), move);
}

} // namespace troupe::net
