#pragma once

// The port of a node for the other nodes of its cluster, and the only way to them. Accepts and dials,
// speaks TLS if there is any, and lets nobody through who has not proven the cluster's secret
// (protocol/node_proof.hpp): CAF's own protocol authenticates nothing, so it never sees another
// socket than those that passed here. Runs on a thread of its own. Flow: node_gate → node_socket →
// supervision/cluster/basp_link.

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "troupe/net/socket.hpp"
#include "troupe/net/tls_context.hpp"
#include "troupe/net/tls_session.hpp"
#include "troupe/protocol/node_proof.hpp"

namespace troupe::net {

/// Where a node listens for others: a name or an address, IPv6 without brackets.
struct node_address {
  std::string host;
  std::uint16_t port = 0;

  // clang-tidy 14 takes the 0 that a < compares with for a pointer.
  friend auto operator<=>(const node_address&,
                          const node_address&) = default; // NOLINT(modernize-use-nullptr)
};

/// A connected, non-blocking socket whose other end has proven to be a node of the cluster.
class node_socket {
public:
  node_socket(int handle, std::unique_ptr<tls_session> tls, protocol::node_description other,
              std::optional<node_address> dialled)
      : other_(std::move(other)),
        tls_(std::move(tls)),
        handle_(handle),
        dialled_(std::move(dialled)) {}
  node_socket(node_socket&& from) noexcept;
  node_socket& operator=(node_socket&&) = delete;
  /// Closes it, unless it was released.
  ~node_socket();

  /// `host` is where its connection came from if it did not say.
  const protocol::node_description& other() const noexcept { return other_; }
  /// The address that this node dialled; nothing if the other one did.
  const std::optional<node_address>& dialled() const noexcept { return dialled_; }
  int handle() const noexcept { return handle_; }
  /// The socket is the caller's from now on; take the TLS session first, if there is one.
  int release() noexcept;
  std::unique_ptr<tls_session> take_tls() noexcept { return std::move(tls_); }

private:
  protocol::node_description other_;
  std::unique_ptr<tls_session> tls_;
  int handle_;
  std::optional<node_address> dialled_;
};

struct node_gate_options {
  tcp::endpoint listen; ///< port 0: any
  protocol::cluster_key key;
  /// Its port may be 0: that of the listening socket. Its name is what follows here.
  protocol::node_description self;
  std::string name;    ///< empty: the listening address and port
  tls_context_ptr tls; ///< null: no TLS
  /// From accepting or dialling to the end of the proof.
  std::chrono::milliseconds patience{std::chrono::seconds{2}};
  /// Accepted connections that have not proven the secret yet; more are closed at once.
  std::size_t max_strangers = 64;
};

/// Why dialling came to nothing.
struct node_failure {
  std::string why;
  /// The number of the node that answered, if it is one of the cluster: this node, or one that is connected
  /// already; else 0.
  protocol::node_number known = 0;
  /// The system at that address says that nobody listens on the port.
  bool refused = false;
};

/// What becomes of connections. Called on the gate's thread, never before serve() and never after the
/// destructor has returned.
struct node_gate_events {
  std::function<void(node_socket)> passed;
  /// Somebody came in and did not pass; `from` is an address.
  std::function<void(const std::string& from, const std::string& why)> refused;
  std::function<void(const node_address& where, const node_failure& failure)> not_reached;
};

class node_gate {
public:
  /// Binds, without accepting. Throws boost::system::system_error if the address cannot be bound.
  node_gate(node_gate_options options, node_gate_events events);
  node_gate(const node_gate&) = delete;
  node_gate& operator=(const node_gate&) = delete;
  /// Closes what has not passed yet and joins the thread. Not from the gate's thread.
  ~node_gate();

  /// The port in use.
  std::uint16_t port() const noexcept;
  /// What others are told about this node.
  const protocol::node_description& self() const noexcept;
  /// Begins to accept and to dial; once.
  void serve();

  // From any thread.

  /// Dials, unless that address is being dialled already; of a name, each of its addresses. Each ends
  /// with `passed` or `not_reached`.
  void dial(node_address where);
  /// A connection that passed is over: the node may come again.
  void forget(protocol::node_number node);
  /// From now on nobody passes; those who come are told that this node is leaving.
  void close();

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace troupe::net
