#pragma once

// Whole JSON-RPC messages over one connection, both ways: text frames of a WebSocket, lines of a
// descriptor. A port knows framing and its socket; its user, the actor message_connection, knows what
// messages mean. Both live on one I/O thread.
//
// Calls of the user (message_port::user) are made within activate(), which a port calls from its
// handlers in the loop; what the user sends meanwhile goes out together when the activation ends
// (flush()). A port that finds out in flush(), close() or on_time() that it is over may say so there.
//
// A port lives as long as the actor's object. Whatever it leaves pending in the loop holds keep_alive()
// and comes back through activate(), which does nothing once the user has ended.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <caf/actor_control_block.hpp>

#include "troupe/actors/frame.hpp"
#include "troupe/actors/timer_wheel.hpp"
#include "troupe/net/connection_observer.hpp"

namespace troupe::net {

/// Why the user ends a connection, for protocols that can say it.
enum class port_close : std::uint8_t {
  normal,     ///< the session is over, as was agreed
  going_away, ///< the node shuts down
  policy,     ///< the peer sent too much, or took too little
  failed,     ///< a defect on this side
};

class message_port {
public:
  class user {
  public:
    /// Runs `step` as one activation of the actor, and flush() and the timer behind it. Does nothing
    /// when the user has ended: abort() has been called then.
    virtual void activate(const std::function<void()>& step) = 0;
    /// To be held by every pending operation of the port; empty when the user has ended.
    virtual caf::strong_actor_ptr keep_alive() noexcept = 0;
    /// A message of at most the configured size; `text` may be written to and is valid until the
    /// return.
    virtual void on_message(std::string_view text) = 0;
    /// A message that is not taken though the connection goes on: answered with this JSON-RPC error.
    virtual void on_bad_message(std::int32_t code, std::string_view what) = 0;
    /// The peer sends no more, but still reads.
    virtual void on_input_end() = 0;
    /// Over: the user ends. Nothing more is called.
    virtual void on_closed(connection_end why) = 0;

  protected:
    ~user() = default;
  };

  virtual ~message_port() = default;

  /// Begins to read.
  virtual void start() = 0;
  /// Queues one message. In order, each at most once.
  virtual void send(const frame_ptr& message) = 0;
  virtual void send(std::string_view message) = 0;
  /// Writes what has been queued, as far as the peer takes it.
  virtual void flush() = 0;
  /// Bytes that the peer has not taken yet.
  virtual std::size_t waiting_bytes() const noexcept = 0;
  /// While true, nothing is read, and none of on_message(), on_bad_message() and on_input_end() is
  /// called, also not for what has been read: the user has as much to do as it may. It may say so in
  /// the middle of on_message(); what is let go on comes in a later activation.
  virtual void hold_input(bool hold) = 0;
  /// Closes as soon as all that was sent has gone out, or its time is over; then on_closed(`end`).
  virtual void close(port_close why, connection_end end) = 0;
  /// Stops at once and without a word; on_closed() is not called.
  virtual void abort() noexcept = 0;
  /// The port's own timeouts: when on_time() is to be called next; time_point::max() for never.
  virtual time_point deadline() const noexcept = 0;
  virtual void on_time(time_point now) = 0;
};

} // namespace troupe::net
