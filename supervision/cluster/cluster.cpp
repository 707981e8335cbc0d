#include "troupe/supervision/cluster/cluster.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <caf/default_attachable.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/messages.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/actors/remote_messages.hpp"
#include "troupe/supervision/cluster/cluster_keys.hpp"
#include "troupe/supervision/cluster/deaths.hpp"
#include "troupe/supervision/cluster/members.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

namespace {

/// cluster → itself: dial who is not connected.
struct dial_tick {};

/// Addresses that are known and lead nowhere, for each node that may be there.
constexpr std::size_t addresses_per_node = 4;

std::string text_of(const net::node_address& where) {
  return where.host + ":" + std::to_string(where.port);
}

std::string about(const protocol::node_description& node) {
  return "node=" + node.name + " address=" + node.host + ":" + std::to_string(node.port);
}

} // namespace

} // namespace troupe::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::dial_tick)

namespace troupe::supervision {

namespace {

struct cluster_state {
  static inline const char* name = "cluster";

  using time = caf::actor_clock::time_point;

  /// Where a node is, or was, or may be.
  struct place {
    bool seed = false;
    protocol::node_number node = 0; ///< who was found there last; 0: nobody
    time given_up{};                ///< when it is forgotten, unless somebody is there by then
    std::string problem;            ///< that was logged last, so that it is logged once
  };
  caf::event_based_actor* self;
  cluster_config config;
  members known;
  std::map<protocol::node_number, members::connection>& connections = known.connections;
  std::map<net::node_address, place> places;
  caf::typed_response_promise<left_cluster> leave_promise;
  bool leaving = false;
  std::set<protocol::node_number> heirs; ///< who has taken sessions of this node
  time news_at{}; ///< when show() has something else to say, unless told before
  peer_surroundings around;
  deaths ends; ///< of nodes whose sessions have copies
  std::string last_refusal;
  std::uint64_t last_period = key_period_at(std::chrono::system_clock::now());

  explicit cluster_state(caf::event_based_actor* parent) : self(parent) {}

  time now() const { return self->clock().now(); }

  void start() {
    for (const auto& seed : config.seeds)
      places[seed].seed = true;
    known.self = config.self;
    known.settled = now() + config.settle_time;
    if (config.copies)
      ends.begin(config.takeover_time,
                 {config.dial, [this](owner_died dead) { tell_shards_of(dead); },
                  [this](owner_doubtful lost) { tell_shards_of(lost); }});
    around.cluster = self;
    around.leases = watched(config.start_leases());
    if (config.start_remote_tools)
      around.remote_tools = watched(config.start_remote_tools());
    show();
    dial_all();
    self->delayed_send(self, config.reconnect_interval, dial_tick{});
  }

  /// Monitored, and ends with this actor. Not linked, because CAF does not let one survive a linked actor that was killed.
  caf::actor watched(caf::actor started) {
    self->monitor(started);
    self->attach(caf::default_attachable::make_link(self->address(), started.address()));
    return started;
  }

  // -- finding others -----------------------------------------------------------------------------

  void dial_all() {
    for (const auto& [where, place] : places)
      if (place.node != config.self.number && !connections.contains(place.node))
        config.dial(where);
  }

  void on_tick() {
    const auto at = now();
    std::erase_if(places, [&](const auto& one) {
      return !one.second.seed && !connections.contains(one.second.node) &&
             one.second.given_up <= at;
    });
    std::erase_if(known.lost, [&](const auto& one) { return one.second.forgotten <= at; });
    if (news_at <= at)
      show();
    ends.go_on(at);
    if (!leaving)
      dial_all();
    change_keys();
    self->delayed_send(self, config.reconnect_interval, dial_tick{});
  }

  void change_keys() {
    const auto period = key_period_at(std::chrono::system_clock::now());
    if (std::exchange(last_period, period) != period && config.on_key_period)
      config.on_key_period(period);
  }

  /// Somebody may be there; `node` if that is known.
  place* remember(const net::node_address& where, protocol::node_number node) {
    auto found = places.find(where);
    if (found == places.end()) {
      if (places.size() >= addresses_per_node * config.max_nodes)
        return nullptr;
      found = places.emplace(where, place{}).first;
    }
    auto& result = found->second;
    if (node != 0)
      result.node = node;
    result.given_up = now() + config.forget_after;
    return &result;
  }

  void on_not_reached(const node_not_reached& news) {
    const auto& [where, failure] = news;
    ends.not_reached(where, failure);
    const auto found = places.find(where);
    if (found == places.end())
      return;
    auto& place = found->second;
    place.node = failure.known;
    if (failure.known == 0 && std::exchange(place.problem, failure.why) != failure.why)
      spdlog::info("cluster: cannot reach a node at {}: {}; trying again every {} ms",
                   text_of(where), failure.why, config.reconnect_interval.count());
  }

  void on_refused(const node_refused& refusal) {
    config.view->stranger_refused();
    auto text = refusal.from + ": " + refusal.why;
    if (last_refusal == text)
      spdlog::debug("cluster: refused a connection from {}", text);
    else
      spdlog::warn("cluster: refused a connection from {}", text);
    last_refusal = std::move(text);
  }

  void on_told(const peer_told& told) {
    for (const auto& one : told.nodes)
      if (one.number != config.self.number && one.port != 0 && !one.host.empty() &&
          !connections.contains(one.number) && remember({one.host, one.port}, 0) != nullptr)
        config.dial({one.host, one.port});
  }

  // -- connections --------------------------------------------------------------------------------

  void on_passed(const node_passed& passed) {
    const auto& node = passed.node;
    if (leaving || connections.contains(node.number) ||
        connections.size() + 1 >= config.max_nodes) {
      spdlog::warn("cluster: {} is not taken in: {}", about(node),
                   leaving                             ? "this node leaves the cluster"
                   : connections.contains(node.number) ? "it is connected already"
                                                       : "the cluster has cluster.max_nodes nodes");
      config.forget(node.number);
      return;
    }
    remember({node.host, node.port}, node.number);
    if (passed.dialled) {
      remember(*passed.dialled, node.number);
      ends.answered(*passed.dialled, node.number);
    }
    auto peer = watched(config.start_peer(passed, around));
    connections.emplace(node.number, members::connection{std::move(peer), node});
  }

  void on_joined(const peer_joined& joined) {
    const auto found = connections.find(joined.node);
    if (found == connections.end() || std::exchange(found->second.joined, true))
      return;
    const auto& node = found->second.node;
    known.replace_lost(node, now(),
                       config.copies ? config.settle_time : decltype(config.settle_time){});
    ends.returned(node.number);
    for (auto& [where, place] : places)
      if (place.node == node.number)
        place.problem.clear();
    config.view->node_joined();
    spdlog::info("cluster: node joined {} number={:08x} nodes={}", about(node), node.number,
                 known.joined_count() + 1);
    show();
    tell_members();
    self->send(found->second.peer, peer_holdings{known.own_holdings()});
  }

  void on_lost(const peer_lost& gone) {
    if (const auto found = connections.find(gone.node); found != connections.end())
      drop(found, gone);
  }

  void on_down(const caf::down_msg& down) {
    self->unlink_from(down.source);
    if (down.source == around.leases.address() ||
        (around.remote_tools && down.source == around.remote_tools.address())) {
      self->quit(down.reason ? down.reason : caf::exit_reason::unhandled_exception);
      return;
    }
    const auto found = std::find_if(connections.begin(), connections.end(), [&](const auto& one) {
      return one.second.peer.address() == down.source;
    });
    if (found != connections.end())
      drop(found, {found->first, self->system().render(down.reason), true});
  }

  void drop(std::map<protocol::node_number, members::connection>::iterator which,
            const peer_lost& how) {
    const auto gone = std::move(which->second);
    connections.erase(which);
    config.forget(gone.node.number);
    for (auto& [where, place] : places)
      if (place.node == gone.node.number) {
        place.node = 0;
        place.given_up = now() + config.forget_after;
      }
    if (leaving && connections.empty())
      leave_promise.deliver(left_cluster{});
    if (!gone.joined) {
      spdlog::info("cluster: no connection with {}: {}", about(gone.node), how.why);
      return;
    }
    config.view->node_lost(how.cut_off);
    known.lose(gone, now(), config.forget_after, config.settle_time, config.max_nodes);
    spdlog::log(gone.leaves ? spdlog::level::info : spdlog::level::warn,
                "cluster: node {} {} number={:08x} nodes={}: {}", gone.leaves ? "left" : "lost",
                about(gone.node), gone.node.number, known.joined_count() + 1, how.why);
    show();
    tell_members();
    ends.lost(gone.node, gone.peer.id(), how, gone.leaves, now());
  }

  // -- telling ------------------------------------------------------------------------------------

  void show() {
    auto shown = known.show(now());
    news_at = shown.changes;
    config.view->show(std::move(shown.members), shown.table);
    self->send(around.leases, nodes_changed{shown.table});
    self->send(config.supervisor, nodes_changed{std::move(shown.table)});
  }

  void tell_members() {
    peer_members all;
    for (const auto& [number, one] : connections)
      if (one.joined)
        all.nodes.push_back({one.node.number, one.node.name, one.node.host, one.node.port});
    tell_joined(all);
  }

  void on_shards(const shards_changed& change) {
    around.shards = change.shards;
    for (std::uint32_t index = 0; index < around.shards.size(); ++index)
      if (around.shards[index])
        self->send(around.shards[index], report_holdings{});
      else
        known.holdings.erase(index);
    tell_peers_of(change);
  }

  template<class Message>
  void tell_joined(const Message& news) {
    for (const auto& [number, one] : connections)
      if (one.joined)
        self->send(one.peer, news);
  }

  template<class Message>
  void tell_peers_of(const Message& news) {
    for (const auto& [number, one] : connections)
      self->send(one.peer, news);
  }

  // -- sessions that came from other nodes ----------------------------------------------------------

  void on_own_holdings(const session_holdings& held) {
    const auto before = known.own_holdings();
    known.holdings[held.shard] = held.numbers;
    const auto after = known.own_holdings();
    if (before == after)
      return;
    show();
    tell_joined(peer_holdings{after});
  }

  void on_holds(const peer_holds& held) {
    const auto found = connections.find(held.node);
    if (found == connections.end())
      return;
    found->second.holdings = held.numbers;
    show();
  }

  // -- leaving --------------------------------------------------------------------------------------

  void on_leaves(const peer_leaves& leaver) {
    const auto found = connections.find(leaver.node);
    if (found == connections.end() || std::exchange(found->second.leaves, true))
      return;
    found->second.heirs = leaver.heirs;
    show();
  }

  caf::result<left_cluster> leave_all() {
    leaving = true;
    if (connections.empty())
      return left_cluster{};
    for (const auto& [number, one] : connections)
      self->send(one.peer, leave{{heirs.begin(), heirs.end()}});
    auto promise = self->make_response_promise<left_cluster>();
    leave_promise = promise;
    return promise;
  }

  template<class Message>
  void tell_shards_of(const Message& news) {
    for (const auto& shard : around.shards)
      if (shard)
        self->send(shard, news);
  }
};

caf::behavior cluster(caf::stateful_actor<cluster_state>* self, cluster_config config) {
  log_the_unexpected(*self);
  auto& state = self->state;
  state.config = std::move(config);
  self->set_down_handler([self](const caf::down_msg& down) { self->state.on_down(down); });
  state.start();
  return {
      [self](const node_passed& passed) { self->state.on_passed(passed); },
      [self](const node_not_reached& failure) { self->state.on_not_reached(failure); },
      [self](const node_refused& refusal) { self->state.on_refused(refusal); },
      [self](const peer_joined& joined) { self->state.on_joined(joined); },
      [self](const peer_told& told) { self->state.on_told(told); },
      [self](const peer_lost& gone) { self->state.on_lost(gone); },
      [self](const peer_holds& held) { self->state.on_holds(held); },
      [self](const peer_leaves& leaver) { self->state.on_leaves(leaver); },
      [self](const peer_takes& taker) { self->state.heirs.insert(taker.node); },
      [self](const session_holdings& held) { self->state.on_own_holdings(held); },
      [self](const leave_cluster&) { return self->state.leave_all(); },
      [self](const peer_published& event) {
        self->state.tell_shards_of(resource_updated{event.uri});
      },
      [self](const peer_task_changed& change) { self->state.tell_shards_of(change.news); },
      [self](const published& event) { self->state.tell_joined(event); },
      [self](const shards_changed& change) { self->state.on_shards(change); },
      [self](const catalog_changed& change) {
        self->state.around.catalog = change.catalog;
        self->state.tell_peers_of(change);
      },
      [self](const handler_gone& gone) { self->state.tell_peers_of(gone); },
      [self](const registry_changed& change) { self->send(self->state.around.leases, change); },
      [self](const dispatcher_changed& change) {
        if (self->state.around.remote_tools)
          self->send(self->state.around.remote_tools, change);
      },
      [self](const lists_changed& change) { self->state.tell_shards_of(change); },
      [self](dial_tick) { self->state.on_tick(); },
  };
}

} // namespace

caf::actor spawn_cluster(caf::actor_system& system, cluster_config config) {
  return system.spawn(cluster, std::move(config));
}

} // namespace troupe::supervision
