#pragma once

// The section `cluster` of the configuration, as values. Documented in config_cluster_settings.cpp.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "troupe/actors/peer.hpp"
#include "troupe/net/node_gate.hpp"
#include "troupe/net/tls_context.hpp"
#include "troupe/protocol/cluster_key.hpp"

namespace troupe::supervision {

/// For whom `limits` hold.
enum class cluster_limits : std::uint8_t { node, cluster };

/// What becomes of tools that other nodes export.
enum class remote_tools_use : std::uint8_t {
  none, ///< not offered here
  hide, ///< offered while a node is connected that has them
  keep, ///< offered longer: for forget_after
};

struct cluster_options {
  std::string name; ///< empty: this node is in no cluster
  std::string node; ///< for people; empty: host:port
  std::string address = "127.0.0.1";
  std::uint16_t port = 7400;
  std::string advertised_host; ///< empty: the address, or where the connection comes from
  std::vector<std::string> seeds;
  std::string secret;
  std::string secret_file;
  net::tls_options tls; ///< min_version and clients are not configured
  std::chrono::milliseconds reconnect_interval{std::chrono::seconds{1}};
  /// How long nodes that are gone are dialled and their sessions answered with 503 instead of 404.
  std::chrono::milliseconds forget_after{std::chrono::minutes{10}};
  std::size_t max_nodes = 64;
  cluster_limits limits = cluster_limits::node;
  remote_tools_use remote_tools = remote_tools_use::hide;
  std::size_t max_remote_tools = 1000;
  /// Sessions go on elsewhere when their node crashes; what is kept of those of other nodes.
  bool copies = true;
  std::size_t max_copies = 100'000;
  std::size_t max_copies_bytes = 256 * 1024 * 1024;
  peer_options peers;

  // -- filled by finish() (config_checks.hpp) -------------------------------------------------------
  std::shared_ptr<const protocol::cluster_key> key;
  net::tls_context_ptr tls_context; ///< null without TLS
  std::vector<net::node_address> seed_addresses;
  std::vector<std::string> warnings; ///< what works but should be looked at

  bool enabled() const noexcept { return !name.empty(); }
};

} // namespace troupe::supervision
