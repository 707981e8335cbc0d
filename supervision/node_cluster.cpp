#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include <boost/system/system_error.hpp>
#include <caf/send.hpp>
#include <openssl/rand.h>

#include "troupe/actors/remote_tools.hpp"
#include "troupe/supervision/cluster/basp_link.hpp"
#include "troupe/supervision/cluster/cluster.hpp"
#include "troupe/supervision/cluster/cluster_keys.hpp"
#include "troupe/supervision/cluster/cluster_leases.hpp"
#include "troupe/supervision/node_core.hpp"

namespace troupe {

using namespace supervision;

namespace {

/// Names this run of this node. 0 and 1 are nobody's.
protocol::node_number draw_number() {
  protocol::node_number result = 0;
  while (result < 2)
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&result), sizeof result) != 1)
      throw std::runtime_error("OpenSSL's random generator failed: a node needs a number");
  return result;
}

bool is_wildcard(const std::string& address) {
  return net::asio::ip::make_address(address).is_unspecified();
}

} // namespace

std::shared_ptr<const protocol::key_ring>
node::implementation::first_keys(const supervision::config& settings) {
  if (settings.sealing.keys)
    return settings.sealing.keys;
  if (settings.cluster.key)
    return make_cluster_ring(*settings.cluster.key, key_period_at(std::chrono::system_clock::now()),
                             settings.session.request_state_ttl);
  return protocol::key_ring::make_random();
}

std::optional<start_failure> node::implementation::open_gate() {
  const auto& options = settings.cluster;
  if (!options.enabled())
    return std::nullopt;
  protocol::node_description self;
  self.number = draw_number();
  self.port = options.port;
  self.host = options.advertised_host;
  if (self.host.empty() && !is_wildcard(options.address))
    self.host = options.address;
  try {
    gate_ = std::make_unique<net::node_gate>(
        net::node_gate_options{
            net::tcp::endpoint{net::asio::ip::make_address(options.address), options.port},
            *options.key, self, options.node, options.tls_context},
        gate_events());
  } catch (const boost::system::system_error& error) {
    return start_failure{"cannot listen for other nodes on " + options.address + ":" +
                         std::to_string(options.port) + ": " + error.code().message() +
                         "; end the program that uses this port, or choose another one "
                         "(cluster.address, cluster.port)"};
  }
  return std::nullopt;
}

/// To whichever actor is the cluster.
void node::implementation::tell_cluster(caf::message news) {
  const std::lock_guard guard{mutex_};
  if (supervisor_)
    caf::anon_send(supervisor_, for_cluster{std::move(news)});
}

net::node_gate_events node::implementation::gate_events() {
  const auto tell = [this](auto message) { tell_cluster(caf::make_message(std::move(message))); };
  net::node_gate_events events;
  events.passed = [tell](net::node_socket socket) {
    node_passed passed{socket.other(), socket.dialled(), nullptr};
    passed.socket = std::make_shared<net::node_socket>(std::move(socket));
    tell(std::move(passed));
  };
  events.refused = [tell](const std::string& from, const std::string& why) {
    tell(node_refused{from, why});
  };
  events.not_reached = [tell](const net::node_address& where, const net::node_failure& failure) {
    tell(node_not_reached{where, failure});
  };
  return events;
}

caf::actor node::implementation::start_cluster(const caf::actor& supervisor) {
  const auto& options = settings.cluster;
  cluster_config result;
  result.self = gate_->self();
  result.seeds = options.seed_addresses;
  result.reconnect_interval = options.reconnect_interval;
  result.forget_after = options.forget_after;
  result.max_nodes = options.max_nodes;
  result.copies = options.copies;
  result.view = &cluster;
  result.supervisor = supervisor;
  result.dial = [this](const net::node_address& where) { gate_->dial(where); };
  result.forget = [this](protocol::node_number node) { gate_->forget(node); };
  if (settings.sealing.key_file.empty())
    result.on_key_period = [this](std::uint64_t period) {
      use_keys(
          make_cluster_ring(*settings.cluster.key, period, settings.session.request_state_ttl));
    };
  result.start_leases = [this] {
    const auto& of = settings.cluster;
    cluster_leases_config leases;
    leases.self = gate_->self().number;
    leases.limits = settings.limits.by_limit();
    leases.max_nodes = of.max_nodes;
    leases.takes_part = of.limits == cluster_limits::cluster;
    leases.alone_at_once = of.seed_addresses.empty();
    leases.patience = of.peers.failure_timeout;
    leases.on_held = [this](limit what, std::size_t amount) { cluster.leases_held(what, amount); };
    return spawn_cluster_leases(*system_, std::move(leases));
  };
  if (options.remote_tools != remote_tools_use::none)
    result.start_remote_tools = [this] {
      const auto& of = settings.cluster;
      return spawn_remote_tools(*system_, {of.remote_tools == remote_tools_use::keep,
                                           of.forget_after, of.max_remote_tools, &cluster});
    };
  result.start_peer = [this](const node_passed& node, const peer_surroundings& around) {
    const auto link = std::make_shared<basp_link>(std::move(*node.socket));
    peer_config peer;
    peer.other = node.node;
    peer.options = settings.cluster.peers;
    peer.json = settings.connection.json;
    peer.home = units_[node.node.number % units_.size()].get();
    peer.cluster = around.cluster;
    peer.shards = around.shards;
    peer.catalog = around.catalog;
    peer.leases = around.leases;
    peer.remote_tools = around.remote_tools;
    peer.observer = &cluster;
    peer.tools = &cluster;
    peer.attach = [link](caf::event_based_actor& self, std::function<void(caf::actor)> found,
                         std::function<void(std::string)> failed) {
      link->attach(self, std::move(found), std::move(failed));
    };
    peer.cut = [link] { link->cut(); };
    return spawn_peer(std::move(peer));
  };
  return spawn_cluster(*system_, std::move(result));
}

} // namespace troupe
