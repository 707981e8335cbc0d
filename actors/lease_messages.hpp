#pragma once

// Limits that hold for a whole cluster: what the nodes say to each other about them (supervision/cluster/cluster_leases).
// Crosses as part of a peer_batch; change it, and `peer_protocol` (peer_messages.hpp) with it.
//
//   cluster_leases → peer   lease_word
//   peer → cluster_leases   lease_told

#include <cstdint>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/meta/type_name.hpp>

#include "troupe/protocol/node_description.hpp"

namespace troupe {

enum class lease_word_kind : std::uint8_t {
  // to the node that leases
  registered, ///< the sender is here and holds `held`, by index of `limit`; `amount`: the question it answers, 0 if none
  wish,       ///< please lease `amount` more; answered with `given`
  answer,     ///< the answer to `recall`: `amount` are back
  back,       ///< `amount` are back without being asked for
  // from it
  given,    ///< `amount` more are yours; 0: the limit of the cluster is reached
  recall,   ///< another node needs slots; give back up to `amount` unused ones
  stranger, ///< say what you hold; `amount`: the number of this question
};

struct lease_word {
  std::uint8_t kind = 0; ///< lease_word_kind
  std::uint8_t what = 0; ///< limit
  std::uint64_t amount = 0;
  std::vector<std::uint64_t> held;
};

/// What another node said.
struct lease_told {
  protocol::node_number from = 0;
  lease_word word;
};

template<class Inspector>
typename Inspector::result_type inspect(Inspector& f, lease_word& x) {
  return f(caf::meta::type_name("lease_word"), x.kind, x.what, x.amount, x.held);
}

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lease_word)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::lease_told)
