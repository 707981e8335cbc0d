#include "troupe/supervision/registry.hpp"

#include <utility>
#include <vector>

#include <caf/actor_addr.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include "troupe/actors/messages.hpp"
#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

namespace {

struct registry_state {
  static inline const char* name = "registry";

  caf::event_based_actor* self;
  lease_book book{{}, 0};
  std::vector<caf::actor> shards; ///< by index; null: none registered
  std::function<void(std::size_t)> on_mailbox_depth;

  explicit registry_state(caf::event_based_actor* parent) : self(parent) {}

  void carry_out(const lease_book::orders& orders) {
    for (const auto& order : orders) {
      if (order.what == lease_book::order::kind::grant)
        self->send(shards[order.shard], lease_grant{order.of, order.amount});
      else
        self->send(shards[order.shard], lease_recall{order.of, order.amount});
    }
  }

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
  self->state.book = lease_book{config.limits, config.shards};
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
