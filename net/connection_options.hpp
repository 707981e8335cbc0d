#pragma once

// What the configuration says about connections. Units stand in the names; the defaults here, in
// protocol/http_gate.hpp, protocol/http_rules.hpp and protocol/document.hpp are the only ones.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "troupe/net/websocket_options.hpp"
#include "troupe/protocol/document.hpp"
#include "troupe/protocol/http_gate.hpp"
#include "troupe/protocol/http_rules.hpp"

namespace troupe::net {

struct connection_options {
  protocol::endpoint_rules endpoint; ///< path, hosts and origins, body limit
  protocol::gate_limits head;        ///< size of the request line and the headers, their number
  protocol::parse_limits json;

  // -- time ---------------------------------------------------------------------------------------
  /// From accepting to the end of the TLS handshake; then header_timeout begins.
  std::chrono::milliseconds handshake_timeout{std::chrono::seconds{10}};
  /// From accepting, later from the first byte of a request, to the end of its head.
  std::chrono::milliseconds header_timeout{std::chrono::seconds{10}};
  /// From the first byte of a request to the end of its body.
  std::chrono::milliseconds body_timeout{std::chrono::seconds{30}};
  /// Between two requests of a connection. Clients expect 5 seconds at least.
  std::chrono::milliseconds keep_alive_timeout{std::chrono::seconds{30}};
  /// How long a peer may take nothing while bytes wait for it.
  std::chrono::milliseconds write_timeout{std::chrono::seconds{30}};
  /// A comment on an event stream that has been silent for so long.
  std::chrono::milliseconds stream_keep_alive{std::chrono::seconds{15}};
  /// After refusing a request whose body is on its way: how long the rest is read and dropped, so
  /// that the peer can read the answer before the connection is reset.
  std::chrono::milliseconds linger_timeout{std::chrono::seconds{2}};
  /// An exchange that takes longer than this is watched for a peer that goes away.
  std::chrono::milliseconds watch_after{std::chrono::seconds{1}};
  /// The last resort when nobody answers an exchange; above every timeout of a session.
  std::chrono::milliseconds answer_timeout{std::chrono::minutes{15}};

  /// When the server shuts down: how long after its last answer, or after it was accepted, a connection is kept for
  /// a request that is on its way, which is refused.
  std::chrono::milliseconds drain_linger{std::chrono::milliseconds{200}};

  // -- size ---------------------------------------------------------------------------------------
  /// Bytes that may wait for a slow peer before it is cut off. One message more may be begun.
  std::size_t max_output_bytes = 1024 * 1024;
  /// Bytes that are read and dropped after a refusal.
  std::size_t max_linger_bytes = 256 * 1024;

  websocket_options websocket;

  /// What clients are told to wait when a limit is reached or the server shuts down.
  std::uint32_t retry_after_seconds = 5;
};

/// Where the MCP endpoint listens.
struct listener_options {
  int backlog = 1024; ///< per I/O thread; the system may cap it (net.core.somaxconn)
  /// The pause after the system had no descriptor or memory left for a connection.
  std::chrono::milliseconds accept_pause{std::chrono::milliseconds{100}};
  /// Sockets over the limit that are told so, per second; beyond it they wait in the backlog.
  std::size_t max_refusals_per_second = 200;
};

} // namespace troupe::net
