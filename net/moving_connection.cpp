#include "troupe/net/moving_connection.hpp"

#include <utility>

#include <caf/send.hpp>

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

void send_back(const connection_move& move) {
  caf::anon_send(move.connection->origin(), move);
}

} // namespace troupe::net
