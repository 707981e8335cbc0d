#pragma once

// Nodes that share limits: each with a real registry and real leases, shards as far as limits go, and peers that hand words over.

#include "troupe/supervision/cluster/cluster_leases.hpp"

#include "tests/supervision/actor_fixture.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "troupe/actors/messages.hpp"
#include "troupe/actors/quota.hpp"
#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/registry.hpp"

namespace troupe::test {

using namespace supervision;

inline constexpr auto calls = limit::calls;

/// A shard as far as limits go.
struct leasing_shard {
  std::unique_ptr<quota> slots;
  caf::actor handle;
  std::size_t held = 0;
  std::size_t waiting = 0;
  std::size_t refused = 0;
};

/// A node with a real registry and real leases; its peers hand words over at once, or after some steps.
struct leasing_node {
  protocol::node_number number = 0;
  caf::actor registry;
  caf::actor leases;
  std::vector<std::unique_ptr<leasing_shard>> shards;
  std::map<protocol::node_number, caf::actor> peers;
  std::size_t told_held = 0;
};

struct leases_fixture : actor_fixture {
  static constexpr std::uint32_t shard_count = 2;
  std::map<protocol::node_number, leasing_node> nodes;
  /// Until all their actors have ended.
  std::vector<std::map<protocol::node_number, leasing_node>::node_type> killed;
  std::size_t most = 12;
  protocol::node_number unsettled = 0; ///< the node that may not know all others yet

  /// Without the timeouts that CAF's fixture would trigger.
  void run() { sched.run(); }

  ~leases_fixture() override {
    while (!nodes.empty())
      crash(nodes.begin()->first);
    CAF_CHECK_EQUAL(actors_left(), 0u);
  }

  /// Connected with all others but `unmet`.
  leasing_node& add(protocol::node_number number, protocol::node_number unmet = 0) {
    auto& one = nodes[number];
    one.number = number;
    cluster_leases_config config;
    config.self = number;
    config.limits = {0, 0, 0, most, 0};
    config.max_nodes = 4;
    config.on_held = [&one](limit what, std::size_t amount) {
      if (what == calls)
        one.told_held = amount;
    };
    one.leases = spawn_cluster_leases(sys, config);
    start_registry(one);
    for (std::uint32_t i = 0; i < shard_count; ++i)
      add_shard(one, i);
    for (auto& [other, there] : nodes)
      if (other != number && other != unmet)
        connect(one, there);
    show_all();
    return one;
  }

  void start_registry(leasing_node& one) {
    registry_config config;
    config.limits = {0, 0, 0, most, 0};
    config.shards = shard_count;
    config.of_cluster = true;
    one.registry = spawn_registry(sys, config);
    caf::anon_send(one.leases, registry_changed{one.registry});
  }

  void add_shard(leasing_node& one, std::uint32_t index) {
    auto& shard = *one.shards.emplace_back(std::make_unique<leasing_shard>());
    shard.slots = std::make_unique<quota>([&one, &shard, index](limit what, std::size_t amount) {
      if (what == calls)
        caf::send_as(shard.handle, one.registry, lease_request{index, what, amount});
    });
    shard.slots->repay_with([&one, &shard, index](limit what, std::size_t amount) {
      caf::send_as(shard.handle, one.registry, lease_repaid{index, what, amount});
    });
    shard.handle = sys.spawn([&shard, index](caf::event_based_actor*) -> caf::behavior {
      return {
          [&shard](lease_grant grant) { shard.slots->granted(grant.what, grant.amount); },
          [&shard, index](lease_recall recall) {
            return lease_return{index, recall.what,
                                shard.slots->recall(recall.what, recall.amount)};
          },
      };
    });
    caf::anon_send(one.registry, shard_registered{index, shard.handle, shard.slots->leases()});
  }

  void connect(leasing_node& a, leasing_node& b) {
    const auto peer = [this](protocol::node_number from, const caf::actor& to) {
      return sys.spawn([from, to](caf::event_based_actor* me) -> caf::behavior {
        return {[me, from, to](lease_word& word) {
          me->send(to, lease_told{from, std::move(word)});
        }};
      });
    };
    a.peers[b.number] = peer(a.number, b.leases);
    b.peers[a.number] = peer(b.number, a.leases);
  }

  void show(leasing_node& one) {
    auto table = std::make_shared<node_table>();
    table->self = one.number;
    table->settled = one.number != unsettled;
    for (const auto& [number, peer] : one.peers)
      table->peers.emplace(number, peer);
    if (one.leases)
      caf::anon_send(one.leases, nodes_changed{table});
  }
  void show_all() {
    for (auto& [number, one] : nodes)
      show(one);
  }

  void end(caf::actor& which) {
    if (which)
      caf::anon_send_exit(which, caf::exit_reason::kill);
    which = nullptr;
  }

  void crash(protocol::node_number number) {
    kill(number);
    for (auto& [other, there] : nodes)
      if (there.peers.contains(number))
        cut(there, number);
    run();
    killed.clear();
  }

  /// The others do not notice it yet.
  void kill(protocol::node_number number) {
    auto gone = nodes.extract(number);
    auto& one = gone.mapped();
    for (auto& [other, peer] : one.peers)
      end(peer);
    end(one.leases);
    end(one.registry);
    for (auto& shard : one.shards)
      end(shard->handle);
    killed.push_back(std::move(gone));
  }

  void cut(leasing_node& one, protocol::node_number other) {
    end(one.peers.at(other));
    one.peers.erase(other);
    show(one);
  }

  void acquire(protocol::node_number number, std::size_t shard) {
    auto& one = *nodes.at(number).shards[shard];
    ++one.waiting;
    one.slots->acquire(calls, [&one](bool yes) {
      --one.waiting;
      ++(yes ? one.held : one.refused);
    });
  }

  void acquire_many(protocol::node_number number, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      acquire(number, i % shard_count);
      run();
    }
  }

  void release(leasing_shard& one) {
    if (one.held == 0)
      return;
    --one.held;
    one.slots->release(calls);
  }

  void release_all(protocol::node_number number) {
    for (auto& shard : nodes.at(number).shards)
      while (shard->held > 0)
        release(*shard);
    run();
  }

  std::size_t used(protocol::node_number number) const {
    std::size_t sum = 0;
    for (const auto& shard : nodes.at(number).shards)
      sum += shard->held;
    return sum;
  }
  std::size_t refused(protocol::node_number number) const {
    std::size_t sum = 0;
    for (const auto& shard : nodes.at(number).shards)
      sum += shard->refused;
    return sum;
  }
  std::size_t used() const {
    std::size_t sum = 0;
    for (const auto& [number, one] : nodes)
      sum += used(number);
    return sum;
  }
  std::size_t waiting() const {
    std::size_t sum = 0;
    for (const auto& [number, one] : nodes)
      for (const auto& shard : one.shards)
        sum += shard->waiting;
    return sum;
  }

  void pass(std::chrono::milliseconds time) {
    sched.advance_time(time);
    run();
  }
};

} // namespace troupe::test
