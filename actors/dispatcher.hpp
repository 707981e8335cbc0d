#pragma once

// The owner of the catalog: applies changes, publishes each new catalog to the shards, starts and
// restarts the actors of handlers. It is not on the way of a request: shards look handlers up in the
// catalog they hold. When the dispatcher itself dies, its successor goes on from the last catalog.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include "troupe/actors/catalog.hpp"
#include "troupe/actors/handler_set.hpp"

namespace troupe {

/// anyone → dispatcher: apply these changes; a request, answered with catalog_updated.
struct update_catalog {
  std::vector<catalog_change> changes;
};
struct catalog_updated {
  std::uint64_t version = 0;
};

/// The last published catalog: written by the dispatcher, read by its successor.
class catalog_slot {
public:
  catalog_ptr get() const {
    const std::lock_guard guard{mutex_};
    return catalog_;
  }
  void set(catalog_ptr catalog) {
    const std::lock_guard guard{mutex_};
    catalog_ = std::move(catalog);
  }

private:
  mutable std::mutex mutex_;
  catalog_ptr catalog_{new catalog};
};

struct dispatcher_options {
  /// How often one handler's actor may be restarted before the handler is removed.
  std::size_t max_restarts = 5;
  std::chrono::milliseconds restart_window{std::chrono::seconds{30}};
  /// Called for each restart, on the dispatcher's thread; for the metrics.
  std::function<void()> on_handler_restart;
  /// Told after each message how many more are waiting, likewise.
  std::function<void(std::size_t)> on_mailbox_depth;
};

/// Accepts update_catalog, shards_changed, cluster_changed, remote_tools_changed,
/// resource_updated, notify_client.
caf::actor spawn_dispatcher(caf::actor_system& system, dispatcher_options options,
                            std::shared_ptr<catalog_slot> slot);

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::update_catalog)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::catalog_updated)
