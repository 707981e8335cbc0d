#include "troupe/supervision/registry.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <caf/actor_addr.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include "troupe/actors/messages.hpp"
#include "troupe/supervision/cluster/cluster_leases.hpp"
#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

namespace {

struct registry_state {
  static inline const char* name = "registry";

  caf::event_based_actor* self;
  lease_book book{{}, 0};
  std::vector<caf::actor> shards; ///< by index; null: none registered
  lease_book::node_limits limits{};
  bool of_cluster = false;
  caf::actor leases; ///< speaks for the rest of the cluster, the last of the book's shards
  bool met = false;  ///< it has been there once, so this registry knows best what the node holds
  std::function<void(std::size_t)> on_mailbox_depth;

  explicit registry_state(caf::event_based_actor* parent) : self(parent) {}

  void carry_out(const lease_book::orders& orders) {
    for (const auto& order : orders) {
      if (order.shard == cluster_index())
        carry_out_elsewhere(order);
      else if (order.what == lease_book::order::kind::grant)
        self->send(shards[order.shard], lease_grant{order.of, order.amount});
      else
        self->send(shards[order.shard], lease_recall{order.of, order.amount});
    }
  }

  // -- the rest of the cluster ----------------------------------------------------------------------

  std::uint32_t cluster_index() const { return static_cast<std::uint32_t>(shards.size()); }

  /// A recall asks for more of the cluster's slots; a grant gives some back.
  void carry_out_elsewhere(const lease_book::order& order) {
    if (order.what == lease_book::order::kind::grant)
      self->send(leases, node_return{order.of, order.amount});
    else if (leases)
      self->send(leases, node_request{order.of, order.amount});
    else // it is about to be started again
      carry_out(book.returned(cluster_index(), order.of, 0));
  }

  void on_leases(const cluster_leases_here& here) {
    if (!of_cluster)
      return;
    leases = here.leases;
    self->monitor(leases);
    auto elsewhere = book.leased_to(cluster_index());
    if (std::exchange(met, true)) {
      node_leases all;
      for (std::size_t i = 0; i < limit_count; ++i)
        all.held.push_back(limits[i] - std::min(limits[i], elsewhere[i]));
      self->send(leases, std::move(all));
    } else {
      for (std::size_t i = 0; i < limit_count; ++i)
        elsewhere[i] = limits[i] - std::min(limits[i], here.held[i]);
    }
    carry_out(book.registered(cluster_index(), elsewhere));
  }

  /// Its answers will not come; what this node holds it keeps.
  void on_leases_down() {
    leases = nullptr;
    carry_out(book.registered(cluster_index(), book.leased_to(cluster_index())));
  }

  bool is_from_leases() const {
    return leases && leases.address() == caf::actor_cast<caf::actor_addr>(self->current_sender());
  }

  // -- shards ---------------------------------------------------------------------------------------

  /// A shard that was replaced may have messages on their way.
  bool is_current(std::uint32_t shard) const {
    return shard < shards.size() && shards[shard] &&
           shards[shard].address() == caf::actor_cast<caf::actor_addr>(self->current_sender());
  }

  void on_registered(shard_registered& message) {
    if (message.index >= shards.size())
      return;
    auto& known = shards[message.index];
    if (known != message.shard) {
      if (known)
        self->demonitor(known);
      self->monitor(message.shard);
      known = std::move(message.shard);
    }
    carry_out(book.registered(message.index, message.leased));
  }

  void on_down(const caf::actor_addr& gone) {
    if (leases && leases.address() == gone) {
      on_leases_down();
      return;
    }
    for (std::uint32_t index = 0; index < shards.size(); ++index) {
      if (!shards[index] || shards[index].address() != gone)
        continue;
      shards[index] = nullptr;
      carry_out(book.lost(index));
    }
  }
};

caf::behavior registry(caf::stateful_actor<registry_state>* self, registry_config config) {
  log_the_unexpected(*self);
  self->state.limits = config.limits;
  self->state.of_cluster = config.of_cluster;
  self->state.book = lease_book{config.limits, config.shards + (config.of_cluster ? 1U : 0U)};
  self->state.shards.resize(config.shards);
  self->state.on_mailbox_depth = std::move(config.on_mailbox_depth);
  self->set_down_handler([self](const caf::down_msg& down) { self->state.on_down(down.source); });
  return {
      [self](shard_registered& message) { self->state.on_registered(message); },
      [self](const lease_request& message) {
        auto& state = self->state;
        if (state.on_mailbox_depth)
          state.on_mailbox_depth(self->mailbox().size());
        if (state.is_current(message.shard))
          state.carry_out(state.book.requested(message.shard, message.what, message.amount));
      },
      [self](const lease_return& message) {
        auto& state = self->state;
        if (state.is_current(message.shard))
          state.carry_out(state.book.returned(message.shard, message.what, message.amount));
      },
      [self](const cluster_leases_here& here) { self->state.on_leases(here); },
      [self](const node_grant& grant) {
        auto& state = self->state;
        if (state.is_from_leases())
          state.carry_out(state.book.returned(state.cluster_index(), grant.what, grant.amount));
      },
      [self](const node_recall& recall) {
        auto& state = self->state;
        if (state.is_from_leases())
          state.carry_out(state.book.requested(state.cluster_index(), recall.what, recall.amount));
      },
      [self](const lease_repaid& message) {
        auto& state = self->state;
        if (state.is_current(message.shard))
          state.carry_out(state.book.repaid(message.shard, message.what, message.amount));
      },
  };
}

} // namespace

caf::actor spawn_registry(caf::actor_system& system, registry_config config) {
  return system.spawn(registry, std::move(config));
}

} // namespace troupe::supervision
