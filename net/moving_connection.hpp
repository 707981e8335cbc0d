#pragma once

// An idle connection that goes to another I/O thread: to that of the session which its requests ask
// for, so that they need not cross from thread to thread and back any more. Who moves, and when, is up
// to http_connection_move.cpp; why at all, to docs/decisions/0004-finding-a-session.md.
//
//   connection → shard of the session   connection_move: take it, if there is a slot for it
//   that shard → connection             connection_move: back, if there is none
//   or, when the last hold on it ends   connection_left
//
// Until it hears of one of the two, the actor of the connection stays where it is and keeps its slot,
// so that limits, a drain and the metrics know of the connection all the time. What the client sends
// meanwhile waits in the socket.

#include <memory>

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/net/byte_stream.hpp"
#include "troupe/net/connection_context.hpp"

namespace troupe::net {

class moving_connection {
public:
  moving_connection(detached_stream stream, caf::actor origin);
  moving_connection(const moving_connection&) = delete;
  moving_connection& operator=(const moving_connection&) = delete;
  /// Tells the actor that it comes from what became of it; the socket closes if nobody took it.
  ~moving_connection();

  const caf::actor& origin() const noexcept { return origin_; }

  /// It has a new home, whose loop is that of `into`. On an error it has none.
  void arrive(byte_stream& into, error_code& error);
  /// The same where it came from, which needs not be told.
  void come_back(byte_stream& into, error_code& error);

private:
  detached_stream stream_;
  caf::actor origin_; ///< null when it is back
  bool arrived_ = false;
};

struct connection_move {
  std::shared_ptr<moving_connection> connection;
};

struct connection_left {
  bool arrived = false; ///< else it is lost, with the thread that should have taken it
};

/// Spawns a connection in its place if there is a slot at once, and else sends it back. Only on the
/// thread of `context`.
void take_or_send_back(const connection_move& move, const connection_context_ptr& context);
/// There is no place for it.
void send_back(const connection_move& move);

} // namespace troupe::net

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::net::connection_move)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::net::connection_left)
