#pragma once

// The whole configuration as values. The initialisers here, in actors/session_options.hpp and in
// net/connection_options.hpp are the defaults, documented once: config_table.cpp gives every member
// its path, range and sentence, and reading, checking and printing follow from that table.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "troupe/actors/quota.hpp"
#include "troupe/actors/session_options.hpp"
#include "troupe/net/connection_options.hpp"
#include "troupe/net/tls_context.hpp"
#include "troupe/protocol/host_rules.hpp"
#include "troupe/protocol/key_ring.hpp"
#include "troupe/supervision/cluster/cluster_options.hpp"

namespace troupe::supervision {

/// The MCP endpoint; its path, body limit and compiled host rules are in connection_options.
struct listen_options {
  /// False: no endpoint, as the command line may say with --stdio. Not in the file.
  bool enabled = true;
  /// IPv4 or IPv6 address, IPv6 without brackets; or unix:/path, a Unix domain socket.
  std::string address = "127.0.0.1";
  std::uint16_t port = 8000;      ///< 0: the system picks one, the log tells which
  std::size_t io_threads = 0;     ///< 0: half the cores, at least one
  std::string unix_mode = "0600"; ///< permissions of a Unix domain socket, in octal
  /// Compiled into connection_options::endpoint.hosts by finish() (config_checks.hpp).
  protocol::host_rules_config hosts;

  /// Where the Unix domain socket is; nothing if the address is another one.
  std::optional<std::string> unix_path() const;
};

/// /metrics, /healthz, /readyz.
struct admin_options {
  bool enabled = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 9464;
};

/// Limits of the node; those of one session are in session_options, those of one connection in
/// connection_options.
struct limit_options {
  /// Sessions keep a stream each and clients send their requests beside it; what the descriptor
  /// limit leaves is for the admin endpoint, files and the log.
  std::size_t max_connections = 19000;
  std::size_t max_sessions = 18000;
  std::size_t max_uninitialized_sessions = 2000;
  std::size_t max_calls_in_flight = 4096;
  std::size_t max_tasks = 10'000;

  std::array<std::size_t, limit_count> by_limit() const noexcept {
    return {max_connections, max_sessions, max_uninitialized_sessions, max_calls_in_flight,
            max_tasks};
  }
};

/// CAF's scheduler, on which handlers and supervising actors run.
struct pool_options {
  std::size_t threads = 0; ///< 0: as many as cores, at least two
};

/// How often actors of the runtime may be restarted before the process stops, in all.
struct restart_options {
  std::size_t max_restarts = 5;
  std::chrono::milliseconds restart_window{std::chrono::seconds{60}};
};

struct shutdown_options {
  /// After it, calls that still run are killed and named in the log.
  std::chrono::milliseconds limit{std::chrono::seconds{30}};
  /// How long after the limit the watchdog ends the process if the actor system hangs.
  std::chrono::milliseconds watchdog{std::chrono::seconds{5}};
};

enum class log_level : std::uint8_t { trace, debug, info, warning, error, off };
enum class log_format : std::uint8_t { text, json };

struct log_options {
  log_level level = log_level::info;
  log_format format = log_format::text;
  /// Lines waiting to be written; when stderr is slower than that, the oldest are lost and counted.
  /// Each costs 408 bytes from the start, because spdlog's queue is made of that many messages.
  std::size_t queue_lines = 1024;
};

/// A directory whose files are served as read-only resources.
struct resource_directory {
  std::string path;        ///< absolute
  std::string name;        ///< shown to clients; the last part of the path when empty
  std::string description; ///< shown to clients
};

struct resource_options {
  std::vector<resource_directory> directories;
  std::size_t max_file_bytes = 1024 * 1024;
  /// Files of a directory that are listed as resources; others can still be read by the template.
  std::size_t max_listed = 1000;
};

/// The handlers that come with the binary.
struct builtin_options {
  bool enabled = true;
  /// How often subscribers of troupe://clock are told that it has changed; 0: never.
  std::chrono::milliseconds clock_interval{std::chrono::seconds{1}};
};

/// What clients carry for the server (requestState); its time to live is in session_options.
struct sealing_options {
  std::string key_file; ///< empty: a random key, which dies with the process
  /// What the file holds; loaded by finish() (config_checks.hpp). Null without a file.
  std::shared_ptr<const protocol::key_ring> keys;
};

/// TLS of the MCP endpoint; the timeout of its handshake is in connection_options.
struct tls_settings {
  net::tls_options files;
  /// What the files hold; loaded by finish() (config_checks.hpp). Null without a certificate.
  net::tls_context_ptr context;
};

struct config {
  /// Serves standard input and output as one connection, and ends when that does: --stdio. Not in the
  /// file.
  bool stdio = false;
  listen_options listen;
  tls_settings tls;
  net::listener_options listener;
  net::connection_options connection;
  session_options session;
  admin_options admin;
  limit_options limits;
  pool_options pool;
  restart_options supervision;
  /// How often one handler's actor may be restarted before its handler is removed.
  restart_options handlers;
  shutdown_options shutdown;
  log_options log;
  resource_options resources;
  builtin_options builtin;
  sealing_options sealing;
  cluster_options cluster;

  /// With the defaults that depend on the machine put in; never 0.
  std::size_t effective_io_threads() const;
  std::size_t effective_pool_threads() const;
};

} // namespace troupe::supervision
