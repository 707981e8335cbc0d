#include "troupe/supervision/cluster/cluster_leases.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/messages.hpp"
#include "troupe/supervision/cluster/lease_leader.hpp"
#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

namespace {

/// cluster_leases → itself: who has not told what it holds is not waited for any more.
struct patience_over {
  std::uint64_t reign = 0;
};

} // namespace

} // namespace troupe::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::patience_over)

namespace troupe::supervision {

namespace {

struct cluster_leases_state {
  static inline const char* name = "cluster_leases";

  /// One limit, between this node's registry and the leading node. Not both ask at once: who is short of slots has none
  /// to give, and two that wait for each other would wait for ever.
  struct account {
    std::size_t held = 0;
    std::size_t wanted = 0; ///< asked for by the registry, not answered yet; 0: nothing
    bool recalled = false;  ///< the leading node waits for the registry's answer
  };

  caf::event_based_actor* self;
  cluster_leases_config config;
  caf::actor registry;
  node_table_ptr nodes;
  protocol::node_number leader = 0; ///< 0: nobody is known yet, this node neither
  std::array<account, limit_count> accounts{};
  std::optional<lease_leader> leading;
  std::uint64_t first_question = 1; ///< of the next time that this node leads
  std::uint64_t reign = 0;          ///< counts the times that this node began to wait for others
  bool expecting = false;           ///< others, after the start

  explicit cluster_leases_state(caf::event_based_actor* parent) : self(parent) {}

  account& of(limit what) { return accounts[static_cast<std::size_t>(what)]; }

  // -- who leads ------------------------------------------------------------------------------------

  void on_nodes(const nodes_changed& change) {
    nodes = change.nodes;
    if (leader == 0 && nodes->peers.empty() && !config.alone_at_once) {
      if (!std::exchange(expecting, true))
        self->delayed_send(self, config.patience, patience_over{});
      return;
    }
    auto first = config.self;
    for (const auto& [number, peer] : nodes->peers)
      first = std::min(first, number);
    const bool begins = first == config.self && leader != first;
    const bool ends = first != config.self && leader == config.self;
    if (begins || ends) // what was heard before is not true any more
      forget();
    const auto expected = leading ? leading->expected() : 0;
    if (begins)
      leading.emplace(config.limits, config.max_nodes, *nodes, first_question);
    else if (leading)
      tell_all(leading->keep(*nodes));
    if (leading) {
      tell_all(leading->ask());
      wait_if_more_than(expected);
    } else {
      // What they said before they could be answered was not heard.
      for (const auto& [number, peer] : nodes->peers)
        say(number, make_word(lease_word_kind::stranger, 0));
    }
    if (std::exchange(leader, first) == first)
      return;
    if (config.takes_part)
      spdlog::info("cluster: limits are leased by node number={:08x}{}", leader,
                   leader == config.self ? ", this one" : "");
    join();
  }

  void forget() {
    if (leading)
      first_question = leading->next_question();
    leading.reset();
  }

  void wait_if_more_than(std::size_t expected) {
    if (leading->expected() > expected)
      self->delayed_send(self, config.patience, patience_over{++reign});
  }

  /// The leading node is another one, or asks (lease_word_kind::stranger): it hears what this node holds, and what it needs.
  void join(std::size_t question = 0) {
    for (auto& each : accounts)
      each.recalled = false;
    auto word = make_word(lease_word_kind::registered, 0, question);
    for (const auto& each : accounts)
      word.held.push_back(each.held);
    say(leader, std::move(word));
    for (std::size_t i = 0; i < limit_count; ++i)
      if (accounts[i].wanted > 0)
        say_to_leader(lease_word_kind::wish, static_cast<limit>(i), accounts[i].wanted);
  }

  void say_to_leader(lease_word_kind kind, limit what, std::size_t amount) {
    if (leader != 0)
      say(leader, make_word(kind, static_cast<std::uint8_t>(what), amount));
  }

  void say(protocol::node_number to, lease_word word) {
    if (to == config.self)
      self->send(self, lease_told{to, std::move(word)});
    else if (const auto found = nodes->peers.find(to); found != nodes->peers.end())
      self->send(found->second, std::move(word));
  }

  void tell_all(const std::vector<lease_leader::order>& orders) {
    for (const auto& order : orders)
      say(order.node, order.word);
  }

  // -- what other nodes say -------------------------------------------------------------------------

  void on_told(const lease_told& told) {
    const auto& word = told.word;
    if (word.what >= limit_count || (told.from != config.self && !nodes->peers.contains(told.from)))
      return;
    const auto what = static_cast<limit>(word.what);
    const auto kind = static_cast<lease_word_kind>(word.kind);
    if (kind >= lease_word_kind::given) {
      if (told.from == leader) // else it does not lead this node any more
        on_leader(kind, what, word.amount);
      return;
    }
    const auto expected = leading ? leading->expected() : 0;
    // The other's view may be smaller than this one's: whoever is asked leads those who ask.
    if (!leading && kind == lease_word_kind::registered)
      leading.emplace(config.limits, config.max_nodes, config.self, first_question);
    if (leading) {
      tell_all(leading->on_word(told.from, word));
      wait_if_more_than(expected);
    } else if (kind == lease_word_kind::wish)
      say(told.from, make_word(lease_word_kind::stranger, 0));
  }

  void on_leader(lease_word_kind kind, limit what, std::size_t amount) {
    if (kind == lease_word_kind::given)
      on_given(what, amount);
    else if (kind == lease_word_kind::recall)
      on_recall(what, amount);
    else if (kind == lease_word_kind::stranger)
      join(amount);
  }

  void on_given(limit what, std::size_t amount) {
    of(what).wanted = 0;
    hold(what, of(what).held + amount);
    self->send(registry, node_grant{what, amount});
  }

  void on_recall(limit what, std::size_t amount) {
    if (of(what).wanted > 0 || !registry) {
      say_to_leader(lease_word_kind::answer, what, 0);
      return;
    }
    of(what).recalled = true;
    self->send(registry, node_recall{what, amount});
  }

  // -- what the registry says -----------------------------------------------------------------------

  void on_registry(caf::actor changed) {
    if (!config.takes_part)
      return;
    registry = std::move(changed);
    cluster_leases_here here{caf::actor_cast<caf::actor>(self), {}};
    for (std::size_t i = 0; i < limit_count; ++i) {
      auto& each = accounts[i];
      each.wanted = 0; // the registry that asked is gone
      if (std::exchange(each.recalled, false))
        say_to_leader(lease_word_kind::answer, static_cast<limit>(i), 0);
      here.held.push_back(each.held);
    }
    self->send(registry, std::move(here));
  }

  void on_held(const node_leases& all) {
    for (std::size_t i = 0; i < std::min(limit_count, all.held.size()); ++i)
      hold(static_cast<limit>(i), all.held[i]);
    if (leader != 0)
      join();
  }

  void on_request(const node_request& request) {
    auto& account = of(request.what);
    if (std::exchange(account.recalled, false))
      say_to_leader(lease_word_kind::answer, request.what, 0);
    const auto most = config.limits[static_cast<std::size_t>(request.what)];
    const auto amount = std::min(request.amount, most - std::min(most, account.held));
    if (amount == 0) {
      self->send(registry, node_grant{request.what, 0});
      return;
    }
    account.wanted = amount;
    say_to_leader(lease_word_kind::wish, request.what, amount);
  }

  void on_return(const node_return& returned) {
    auto& account = of(returned.what);
    const auto amount = std::min(returned.amount, account.held);
    hold(returned.what, account.held - amount);
    if (std::exchange(account.recalled, false))
      say_to_leader(lease_word_kind::answer, returned.what, amount);
    else if (amount > 0)
      say_to_leader(lease_word_kind::back, returned.what, amount);
  }

  void hold(limit what, std::size_t amount) {
    of(what).held = amount;
    if (config.on_held)
      config.on_held(what, amount);
  }
};

caf::behavior cluster_leases(caf::stateful_actor<cluster_leases_state>* self,
                             cluster_leases_config config) {
  log_the_unexpected(*self);
  self->state.config = std::move(config);
  return {
      [self](const nodes_changed& change) { self->state.on_nodes(change); },
      [self](registry_changed& change) { self->state.on_registry(std::move(change.registry)); },
      [self](const lease_told& told) { self->state.on_told(told); },
      [self](const node_leases& all) { self->state.on_held(all); },
      [self](const node_request& request) { self->state.on_request(request); },
      [self](const node_return& returned) { self->state.on_return(returned); },
      [self](patience_over over) {
        auto& state = self->state;
        if (over.reign == 0) {
          state.config.alone_at_once = true;
          state.on_nodes({state.nodes});
        } else if (state.leading && over.reign == state.reign) {
          state.tell_all(state.leading->wait_no_longer());
        }
      },
  };
}

} // namespace

caf::actor spawn_cluster_leases(caf::actor_system& system, cluster_leases_config config) {
  return system.spawn(cluster_leases, std::move(config));
}

} // namespace troupe::supervision
