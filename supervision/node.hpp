#pragma once

// A whole server: the actor system, the I/O threads, the supervised actors, both endpoints. This is
// what a custom deployment uses:
//
//   troupe::node node{config};
//   node.handlers().add(...);
//   if (const auto failure = node.start()) { ...failure->reason... }
//   node.run();              // until SIGTERM or SIGINT
//
// Flow: connections (net/) → sessions (actors/) → handlers. How the parts are kept alive stands in
// supervisor.hpp, how they end in terminator.hpp.

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>
#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include "troupe/actors/handler_set.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/protocol/key_ring.hpp"
#include "troupe/supervision/config.hpp"

namespace troupe {

namespace supervision {
struct node_figures;
}

using node_config = supervision::config;

/// Why a node could not start, for a person: what was wrong, where, what to do.
struct start_failure {
  std::string reason;
};

/// How a node ended.
struct stop_report {
  /// Empty if it was asked to stop; else why it had to.
  std::string failure;
  /// What was killed because it still ran at the limit.
  std::vector<std::string> killed;
  /// What was left behind in spite of that: actors that react to nothing, because a handler never
  /// returns, or that the application still holds. The actor system, with its threads, is then left
  /// to them; a server process should end at once.
  std::vector<std::string> left;
};

class node {
public:
  /// Starts CAF's pool and nothing else. What is wrong with the configuration is told by start().
  /// Limits are lowered to what the system's limit of open files allows, with a warning in the log.
  explicit node(node_config config);
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  /// Stops, if that has not been done.
  ~node();

  // -- before start() -----------------------------------------------------------------------------

  /// For actors of the application. They must end when the node stops. Actors of handlers do by
  /// themselves: the node ends those that it made, and lets go of the others, which ends them if
  /// nobody else holds them.
  caf::actor_system& system() noexcept;
  /// As it is in force.
  const node_config& config() const noexcept;

  /// What is offered from the start.
  handler_set& handlers() noexcept;

  // Told in the order in which things happened, one at a time, never on an I/O thread. What they
  // throw is logged.
  void on_client_connected(std::function<void(const client_identity&)> hook);
  void on_client_initialized(std::function<void(const client_identity&)> hook);
  void on_client_disconnected(std::function<void(const client_identity&, session_end)> hook);

  /// Binds both endpoints and serves. A node can be started once. With config::stdio, standard input
  /// and output become the node's until wait(): what the process prints goes to standard error, SIGPIPE
  /// is ignored, and the node stops at the end of input.
  [[nodiscard]] std::optional<start_failure> start();

  // -- while it serves; from any thread -----------------------------------------------------------

  /// The ports in use (the configuration may say 0); 0 before start() and for an endpoint that is off.
  std::uint16_t mcp_port() const noexcept;
  std::uint16_t admin_port() const noexcept;
  /// "http://127.0.0.1:8000/mcp", or "unix:/path".
  std::string url() const;

  /// Adds, replaces and removes handlers at once; clients are told that lists have changed. The
  /// answer is the version of the new catalog, when every I/O thread uses it; or an error that says what
  /// is wrong with the set.
  std::future<caf::expected<std::uint64_t>> update(handler_set changes);
  /// Numbers of the moment, as the tool server_status shows them.
  supervision::node_figures figures() const noexcept;
  /// The resource has new contents: its subscribers are told, those of other nodes of the cluster too
  /// unless each node has such a resource for itself.
  void resource_updated(std::string uri, bool everywhere = true);
  /// Seals and opens with these keys from now on; see request_state.key_file.
  void use_keys(std::shared_ptr<const protocol::key_ring> keys);
  /// Connections that come from now on begin with this. Only on a node that was started with TLS, and
  /// never null: what was to be secret must not become open.
  void use_tls(net::tls_context_ptr tls);
  /// Waits until every I/O thread uses the keys and the TLS that it was given last, for 15 seconds at
  /// most; false if it did not find out, or if the node is stopping.
  bool wait_until_used();
  /// Sends a notification to one client, named as in client_identity::id. An error means that the
  /// node is stopping or did not find out within 10 seconds.
  std::future<caf::expected<notify_status>> notify(std::string client, std::string method,
                                                   boost::json::value params = {});

  /// The actor that keeps the others alive, for tests and diagnostics; it answers the messages of
  /// supervision/messages.hpp. Empty unless the node serves.
  caf::actor supervisor() const;

  /// Stops accepting, lets running calls end within `limit` (default: that of the configuration) and
  /// ends everything. Returns at once; wait() tells when it is done. Later calls change nothing.
  void begin_stop(std::optional<std::chrono::milliseconds> limit = {});
  /// Called once when the node has stopped, on a thread of the pool (or here, if it has already):
  /// wait() then returns soon.
  void on_stopped(std::function<void()> hook);

  // -- the end; by the thread that owns the node ----------------------------------------------------

  /// Waits until the node has stopped, for whatever reason, and joins its threads.
  stop_report wait();
  /// begin_stop() and wait().
  stop_report stop(std::optional<std::chrono::milliseconds> limit = {});
  /// After start(): serves until SIGTERM or SIGINT, stops. Returns an exit code as run_server does.
  int run();

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace troupe
