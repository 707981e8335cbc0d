#pragma once

// Tells the application about its clients: one event after the other, in the order in which the
// sessions reported them, never on an I/O thread. A slow hook delays later events, not clients; its
// queue is bounded, and what does not fit is dropped; the log says how many. The hooks run in a worker
// with a thread of its own, so that the queue's owner always answers.

#include <cstddef>
#include <functional>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "troupe/actors/messages.hpp"

namespace troupe::supervision {

/// What the application wants to be told; each may be empty. What they throw is logged.
struct client_hooks {
  std::function<void(const client_identity&)> connected;
  std::function<void(const client_identity&)> initialized;
  std::function<void(const client_identity&, session_end)> disconnected;

  bool any() const noexcept { return connected || initialized || disconnected; }
};

struct hook_runner_config {
  client_hooks hooks;
  std::size_t max_queued = 1024;
  /// A hook may wait for something; on the pool it would keep a thread from the handlers.
  bool own_thread = true;
  /// Told how many events wait, whenever one comes; for the metric. May be empty.
  std::function<void(std::size_t)> on_queue_depth;
  /// Told of each event that found no room; for the metric. May be empty.
  std::function<void()> on_dropped;
};

/// Takes client_connected, client_initialized, client_disconnected. The request `drain` is answered with
/// `drained` when the queue is empty.
caf::actor spawn_hook_runner(caf::actor_system& system, hook_runner_config config);

} // namespace troupe::supervision
