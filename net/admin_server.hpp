#pragma once

// The endpoint for operators: /metrics, /healthz, /readyz. The same strict HTTP as the MCP endpoint
// (gate and parser), but few connections and no actors. Runs on the loop it is given, which is one
// of its own rather than an I/O thread's: rendering the metrics must not delay a client.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "troupe/net/socket.hpp"
#include "troupe/protocol/http_gate.hpp"

namespace troupe::net {

struct admin_server_options {
  std::size_t max_connections = 32;
  std::chrono::milliseconds request_timeout{std::chrono::seconds{10}};
  std::chrono::milliseconds keep_alive_timeout{std::chrono::seconds{75}};
  std::chrono::milliseconds write_timeout{std::chrono::seconds{10}};
  protocol::gate_limits head;
};

/// What the endpoint shows. All are called on the admin thread and may take their time there.
struct admin_content {
  std::function<std::string()> metrics;         ///< text exposition format 0.0.4
  std::function<bool()> ready;                  ///< false: starting or draining, answered with 503
  std::function<std::string()> nodes = nullptr; ///< lines behind the word of /readyz; may be empty
};

class admin_server {
public:
  /// Binds, then serves on a thread of its own until destroyed or stopped. Throws
  /// boost::system::system_error if the address cannot be bound.
  admin_server(const tcp::endpoint& where, admin_server_options options, admin_content content);
  admin_server(const admin_server&) = delete;
  admin_server& operator=(const admin_server&) = delete;
  ~admin_server();

  /// The address with the port in use.
  tcp::endpoint endpoint() const;
  /// Closes everything and joins the thread. Not from the admin thread.
  void stop();

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace troupe::net
