#pragma once

// The metrics of a node: the label texts that metrics/ does not know, the observers of each I/O
// thread, the gauges that are read when scraped. Created before the actor system, so that it outlives
// every actor; the admin endpoint calls exposition().

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "troupe/actors/quota.hpp"
#include "troupe/metrics/collector.hpp"
#include "troupe/supervision/config.hpp"
#include "troupe/supervision/connection_metrics.hpp"
#include "troupe/supervision/session_metrics.hpp"
#include "troupe/supervision/supervisor.hpp"

namespace troupe::supervision {

/// What one I/O thread writes to.
struct thread_metrics {
  explicit thread_metrics(metrics::thread_cells& of) : cells(of), session(of), connection(of) {}

  metrics::thread_cells& cells;
  session_metrics session;
  connection_metrics connection;

  /// Shows what the thread uses of the node's limits, and how many messages wait for its shard.
  /// Called by the shard after each tick.
  void show_limits(const quota& limits) noexcept;
  void show_mailbox(std::size_t depth) noexcept { cells.mailbox_depth.set(depth); }
};

/// Numbers of the whole node, for server_status.
struct node_figures {
  std::uint64_t connections = 0;
  std::uint64_t sessions = 0;
  std::uint64_t streams = 0;
  std::uint64_t calls = 0;
  std::uint64_t requests = 0;
};

class node_metrics {
public:
  /// `settings` as they are in force: after fit_limits().
  explicit node_metrics(const config& settings);
  node_metrics(const node_metrics&) = delete;
  node_metrics& operator=(const node_metrics&) = delete;

  /// By index of the shard; the same object for a shard that takes a dead one's place.
  thread_metrics& thread(std::size_t index) noexcept { return *threads_[index]; }

  // From any thread.
  void handler_restarted() noexcept;
  void hook_event_dropped() noexcept;
  void actor_restarted(supervised what) noexcept;
  /// By the actor itself; shards tell theirs through thread_metrics::show_mailbox.
  void mailbox_depth(supervised what, std::size_t depth) noexcept;

  metrics::collector& collector() noexcept { return *collector_; }
  node_figures figures() const noexcept;
  /// The text of /metrics.
  std::string exposition() const;

private:
  std::shared_ptr<metrics::collector> collector_;
  std::vector<std::shared_ptr<prometheus::Collectable>> sources_;
  std::vector<std::unique_ptr<thread_metrics>> threads_;
};

} // namespace troupe::supervision
