#include <array>

#include "troupe/supervision/config_settings.hpp"

namespace troupe::supervision {
namespace {

using namespace setting_terms;

constexpr std::array<std::string_view, 2> limits_words{"node", "cluster"};
constexpr std::array<std::string_view, 3> remote_tools_words{"none", "hide", "keep"};

constexpr std::array all{
    setting{"cluster.name", [](c& to) -> m { return &to.cluster.name; }, 0, 128,
            "Name of the cluster; nodes of another name are refused. Empty: this node is in none."},
    setting{"cluster.node", [](c& to) -> m { return &to.cluster.node; }, 0, 128,
            "Name of this node, in logs and metrics. Empty: its address and port."},
    setting{
        "cluster.address", [](c& to) -> m { return &to.cluster.address; }, 1, 64,
        "IPv4 or IPv6 address on which other nodes reach this one, IPv6 without brackets. A public "
        "one only with TLS."},
    setting{"cluster.port", [](c& to) -> m { return n{to.cluster.port}; }, 0, 65535,
            "TCP port for other nodes. 0: the system picks one, and the log tells which."},
    setting{"cluster.advertised_host", [](c& to) -> m { return &to.cluster.advertised_host; }, 0,
            255,
            "Name or address that others are told to dial. Empty: cluster.address; if that is "
            "0.0.0.0 or ::, the address that this node's connections come from."},
    setting{
        "cluster.seeds", [](c& to) -> m { return &to.cluster.seeds; }, 0, 64,
        "Nodes through which this one finds all others: host:port. A name may stand for several "
        "addresses. This node's own address may be among them."},
    setting{
        "cluster.secret_file", [](c& to) -> m { return &to.cluster.secret_file; }, 0, 4096,
        "File with the secret that all nodes share, at least 16 bytes. Who knows it is a node."},
    setting{"cluster.secret", [](c& to) -> m { return &to.cluster.secret; }, 0, 1024,
            "The secret itself, instead of a file.", false, true},
    setting{"cluster.tls_certificate_file",
            [](c& to) -> m { return &to.cluster.tls.certificate_file; }, 0, 4096,
            "File with this node's certificate, then those of its issuers, as PEM. Empty: no TLS "
            "between nodes."},
    setting{"cluster.tls_key_file", [](c& to) -> m { return &to.cluster.tls.key_file; }, 0, 4096,
            "File with the key of this certificate, as PEM, without a pass phrase."},
    setting{"cluster.tls_ca_file", [](c& to) -> m { return &to.cluster.tls.client_ca_file; }, 0,
            4096,
            "File with the certificates of those who issue certificates to nodes, and to nobody "
            "else, as PEM."},
    setting{"cluster.heartbeat_interval_ms",
            [](c& to) -> m { return &to.cluster.peers.heartbeat_interval; }, 50, minute,
            "A node that has nothing to say to another one says that it is alive."},
    setting{"cluster.failure_timeout_ms",
            [](c& to) -> m { return &to.cluster.peers.failure_timeout; }, 100, hour,
            "A node from which nothing came for so long is cut off and counts as lost."},
    setting{"cluster.reconnect_interval_ms",
            [](c& to) -> m { return &to.cluster.reconnect_interval; }, 100, hour,
            "The pause between two attempts to reach a node."},
    setting{"cluster.forget_after_ms", [](c& to) -> m { return &to.cluster.forget_after; }, second,
            30 * day,
            "How long a lost node is expected back: so long it is dialled, and requests for its "
            "sessions are answered with 503; then with 404."},
    setting{"cluster.max_nodes", [](c& to) -> m { return n{to.cluster.max_nodes}; }, 2, 1024,
            "Nodes of the cluster; more are not let in."},
    setting{"cluster.window_bytes", [](c& to) -> m { return n{to.cluster.peers.window_bytes}; },
            64 * kib, 1024 * mib,
            "What may be on its way to one other node that it has not handled yet."},
    setting{"cluster.max_queue_bytes",
            [](c& to) -> m { return n{to.cluster.peers.max_queue_bytes}; }, 64 * kib, 4096 * mib,
            "What may wait for a node that is slow. Beyond it: 503; at twice as much it is cut "
            "off."},
    setting{"cluster.max_exchanges", [](c& to) -> m { return n{to.cluster.peers.max_exchanges}; },
            1, many,
            "Requests and streams of clients of one node that another node has not ended. Beyond "
            "it: 503."},
    setting{"cluster.limits",
            [](c& to) -> m {
              return choice_ref{to.cluster.limits, limits_words};
            },
            0, 0,
            "For whom limits.max_connections, max_sessions, max_uninitialized_sessions, "
            "max_calls_in_flight and max_tasks hold: each node by itself, or all nodes together; "
            "then give all the same."},
    setting{"cluster.remote_tools",
            [](c& to) -> m {
              return choice_ref{to.cluster.remote_tools, remote_tools_words};
            },
            0, 0,
            "Tools that other nodes export and this one has not: none: they are not offered here; "
            "hide: they are, while a node that has them is connected; keep: they stay in the list "
            "for forget_after_ms, and their calls get an error."},
    setting{"cluster.max_remote_tools", [](c& to) -> m { return n{to.cluster.max_remote_tools}; },
            1, 100'000, "Tools of other nodes that are offered here; more are left out."},
    setting{"cluster.max_tool_calls", [](c& to) -> m { return n{to.cluster.peers.max_tool_calls}; },
            1, many,
            "Calls of one node's clients that another node runs because it exports the tool. "
            "Beyond it another node is tried, then: -32603."},
    setting{
        "cluster.copies", [](c& to) -> m { return &to.cluster.copies; }, 0, 0,
        "Each session over HTTP has a copy on another node, which goes on with it when its node "
        "crashes. False: such sessions end, and none are kept for others. Give all nodes the "
        "same."},
    setting{"cluster.max_copies", [](c& to) -> m { return n{to.cluster.max_copies}; }, 1, 10 * many,
            "Copies that are kept for other nodes; more are refused."},
    setting{"cluster.max_copies_bytes", [](c& to) -> m { return n{to.cluster.max_copies_bytes}; },
            64 * kib, 65536 * mib, "What they may take in all."},
};

} // namespace

std::span<const setting> cluster_settings() noexcept {
  return all;
}

} // namespace troupe::supervision
