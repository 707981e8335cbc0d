#pragma once

// What listeners and connections tell about themselves, without knowing who counts: net/ stays
// testable without metrics, and supervision/ passes an implementation that writes the cells of the
// thread. All calls come from the I/O thread and must not block.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "troupe/actors/transport_kind.hpp"

namespace troupe::net {

/// Why a connection was closed.
enum class connection_end : std::uint8_t {
  client_closed,      ///< the peer closed between two requests
  client_lost,        ///< the peer went away within a request, an answer or a stream
  completed,          ///< closed by us after an answer, as the client or HTTP asked for
  refused,            ///< closed after a request that was refused
  handshake_timeout,  ///< no TLS in time
  handshake_failed,   ///< the peer did not speak TLS, or not as it must, or was refused by it
  header_timeout,     ///< no complete head in time
  body_timeout,       ///< no complete body in time
  keep_alive_timeout, ///< no further request
  write_timeout,      ///< the peer took nothing for too long
  slow_consumer,      ///< too many bytes waited for the peer
  answer_timeout,     ///< nobody answered the request
  drained,            ///< the node shut down
  failed,             ///< a defect or a system error; the log names it
};
inline constexpr std::size_t connection_end_count = 14;
std::string_view to_string(connection_end why) noexcept;

/// Why a socket was not served at all.
enum class accept_refusal : std::uint8_t {
  connection_limit, ///< no slot of limit::connections; answered with 503
  descriptors,      ///< the system had no descriptor or memory: accepting paused
  accept_failed,    ///< any other error of accept()
};
inline constexpr std::size_t accept_refusal_count = 3;
std::string_view to_string(accept_refusal why) noexcept;

/// What was wrong with a request that could not be read.
enum class parse_failure : std::uint8_t {
  head, ///< the request line or a header
  body, ///< the chunked coding, or too large
  json, ///< the body is no JSON
};
inline constexpr std::size_t parse_failure_count = 3;
std::string_view to_string(parse_failure what) noexcept;

class connection_observer {
public:
  virtual ~connection_observer() = default;

  virtual void connection_accepted(transport_kind) = 0;
  /// The same socket goes on as another transport.
  virtual void connection_upgraded(transport_kind from, transport_kind to) = 0;
  /// The same socket goes on at another thread, which has told so, and there.
  virtual void connection_left(transport_kind) = 0;
  virtual void connection_arrived(transport_kind) = 0;
  virtual void connection_refused(accept_refusal) = 0;
  virtual void connection_closed(connection_end, transport_kind) = 0;
  virtual void bytes_received(std::size_t) = 0;
  virtual void bytes_sent(std::size_t) = 0;
  /// A response head was written; 200 for an event stream.
  virtual void response_sent(int status) = 0;
  virtual void parse_failed(parse_failure) = 0;
  /// A close frame of a WebSocket, and its code; 1005 for one without.
  virtual void close_sent(std::uint16_t code) = 0;
  virtual void close_received(std::uint16_t code) = 0;
};

} // namespace troupe::net
