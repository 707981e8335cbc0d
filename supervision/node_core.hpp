#pragma once

// The inside of troupe::node. Its parts, by file:
//   node_core.cpp    what the actors are made of and how they are started
//   node_cluster.cpp what joins it with other nodes
//   node_start.cpp   from a configuration to a node that serves
//   node_stop.cpp    from there to nothing left
//   node.cpp         the public face
//
// Order of life: metrics outlive the I/O threads, those outlive the actor system's actors.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "troupe/actors/dispatcher.hpp"
#include "troupe/net/admin_server.hpp"
#include "troupe/net/io_unit.hpp"
#include "troupe/net/local_socket.hpp"
#include "troupe/net/node_gate.hpp"
#include "troupe/net/standard_streams.hpp"
#include "troupe/supervision/cluster/cluster_view.hpp"
#include "troupe/supervision/cluster/copy_metrics.hpp"
#include "troupe/supervision/hook_runner.hpp"
#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/node.hpp"
#include "troupe/supervision/node_metrics.hpp"
#include "troupe/supervision/shard.hpp"
#include "troupe/supervision/supervisor.hpp"
#include "troupe/supervision/watchdog.hpp"

namespace troupe {

class node::implementation {
public:
  explicit implementation(node_config config);
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;
  ~implementation();

  // -- node_start.cpp -----------------------------------------------------------------------------
  std::optional<start_failure> start();
  std::string url() const;

  // -- node_stop.cpp ------------------------------------------------------------------------------
  void begin_stop(std::optional<std::chrono::milliseconds> limit);
  stop_report wait();
  void set_on_stopped(std::function<void()> hook);

  // -- node_core.cpp ------------------------------------------------------------------------------
  std::future<caf::expected<std::uint64_t>> update(handler_set changes);
  std::future<caf::expected<notify_status>> notify(notify_client request);
  void resource_updated(std::string uri, bool everywhere);
  void use_keys(std::shared_ptr<const protocol::key_ring> keys);
  void use_tls(net::tls_context_ptr tls);
  bool wait_until_used();
  caf::actor supervisor();

  std::vector<std::string> problems; ///< of the configuration, for start(); filled with `settings`
  supervision::config settings;
  supervision::node_metrics metrics;
  supervision::cluster_view cluster;
  supervision::copy_metrics copies;
  handler_set handlers;
  supervision::client_hooks hooks;
  std::atomic<std::uint16_t> mcp_port{0};
  std::atomic<std::uint16_t> admin_port{0};
  caf::actor_system& system() noexcept { return *system_; }

private:
  enum class phase : std::uint8_t { made, serving, stopping, stopped, joined };

  // -- node_core.cpp ------------------------------------------------------------------------------
  supervision::supervisor_config describe_actors();
  supervision::shard_config describe_shard(std::uint32_t index, const caf::actor& registry,
                                           const caf::actor& client_hooks);
  void open_stdio(std::uint32_t index, const shard_state_ptr& state);
  net::connection_context_ptr make_context(std::uint32_t index, const shard_state_ptr& state);
  void on_supervisor_end();

  // -- node_cluster.cpp ---------------------------------------------------------------------------
  static std::shared_ptr<const protocol::key_ring> first_keys(const supervision::config& settings);
  std::optional<start_failure> open_gate();
  net::node_gate_events gate_events();
  void tell_cluster(caf::message news);
  caf::actor start_cluster(const caf::actor& supervisor);

  // -- node_start.cpp -----------------------------------------------------------------------------
  using step = std::optional<start_failure> (implementation::*)();
  std::optional<start_failure> check();
  std::optional<start_failure> start_actors();
  std::optional<start_failure> publish_handlers();
  std::optional<start_failure> take_places();
  std::optional<start_failure> bind_ports();
  std::optional<start_failure> open_admin();
  std::optional<start_failure> accept();

  // -- node_stop.cpp ------------------------------------------------------------------------------
  void give_up(const std::string& why);
  void on_terminated(const supervision::shutdown_report& report);
  void join_actors();
  void join_threads();

  std::shared_ptr<const session_options> session_options_;
  std::shared_ptr<const net::connection_options> connection_options_;
  std::shared_ptr<catalog_slot> catalog_ = std::make_shared<catalog_slot>();
  caf::actor_system_config actor_config_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<std::unique_ptr<net::io_unit>> units_;
  std::unique_ptr<net::admin_server> admin_;
  std::unique_ptr<net::node_gate> gate_;         ///< in a cluster
  std::unique_ptr<net::standard_streams> stdio_; ///< while standard input and output are served
  net::local_socket_ptr local_;                  ///< if the MCP endpoint is a Unix domain socket
  std::atomic<bool> ready_{false};

  std::mutex mutex_; ///< guards what follows; held for a few instructions, never on a request's way
  std::condition_variable changed_;
  phase phase_ = phase::made;
  caf::actor supervisor_;
  std::shared_ptr<const protocol::key_ring> keys_ = first_keys(settings);
  net::tls_context_ptr tls_ = settings.tls.context;
  std::optional<net::tcp::endpoint> serving_; ///< for shards that take a dead one's place
  std::unique_ptr<supervision::watchdog> watchdog_;
  std::chrono::steady_clock::time_point stop_deadline_{};
  stop_report report_;
  std::function<void()> on_stopped_;
};

} // namespace troupe
