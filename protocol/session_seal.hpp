// Session ids that name the node they live on, for nodes that know the cluster's secret and for nobody else. The form
// stays that of session_id.hpp, 24 bytes in 32 characters:
//   C = AES-256(K1, node number (4) | random (12)),   id = base64url(C | first 8 bytes of AES-256(K2, C))
// One block under a secret permutation, then a tag over it: without the keys an id is random bits, and one in 2^64
// made-up ones passes, which then only names a node that has no such session. Why not AES-GCM stands in
// docs/decisions/0016-cluster.md.
#pragma once

#include "troupe/protocol/cluster_key.hpp"
#include "troupe/protocol/session_id.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace troupe::protocol {

/// Numbers one run of one node.
using node_number = std::uint32_t;

/// Not for use by two threads at once: it keeps the state of its ciphers.
class session_seal {
public:
  /// Throws std::runtime_error when OpenSSL fails.
  explicit session_seal(const cluster_key& key);
  session_seal(session_seal&&) noexcept;
  session_seal& operator=(session_seal&&) noexcept;
  ~session_seal();

  /// An id of a session on `node` that belongs to `shard` of `shards`, as make_session_id.
  session_id seal(node_number node, std::size_t shards, std::size_t shard);

  /// The node that the id names; nothing if it was not sealed with this key.
  std::optional<node_number> open(const session_id& id);

private:
  class ciphers;
  std::unique_ptr<ciphers> ciphers_;
};

} // namespace troupe::protocol
