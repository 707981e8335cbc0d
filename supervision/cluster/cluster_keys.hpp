#pragma once

// The keys that seal what clients carry for the server, in a cluster without request_state.key_file:
// each node computes the same ring from the cluster's secret and the clock, so no key is ever sent or
// missed. A new key seals every day; the next one opens already, for nodes whose clocks are ahead.

#include <chrono>
#include <cstdint>
#include <memory>

#include "troupe/protocol/cluster_key.hpp"
#include "troupe/protocol/key_ring.hpp"

namespace troupe::supervision {

inline constexpr std::chrono::hours key_period{24};

std::uint64_t key_period_at(std::chrono::system_clock::time_point when);

/// The ring of a period. Opens what was sealed within `time_to_live` before it, which is at most seven
/// days.
std::shared_ptr<const protocol::key_ring> make_cluster_ring(const protocol::cluster_key& key,
                                                            std::uint64_t period,
                                                            std::chrono::milliseconds time_to_live);

} // namespace troupe::supervision
