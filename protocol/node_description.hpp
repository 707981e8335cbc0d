// What a node of a cluster says about itself to other nodes. Told only to who has proven the secret (node_proof.hpp).
#pragma once

#include "troupe/protocol/session_seal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

struct node_description {
  static constexpr std::size_t max_name_size = 128;
  static constexpr std::size_t max_host_size = 255;

  node_number number = 0;
  std::string name;       ///< for people: logs and metrics
  std::string host;       ///< where it can be dialled; empty: where its connection came from
  std::uint16_t port = 0; ///< likewise

  friend bool operator==(const node_description&, const node_description&) = default;
};

std::string encode(const node_description& node);

/// Nothing unless the bytes are one description within the bounds: a printable name, a port.
std::optional<node_description> decode_node_description(std::string_view bytes);

} // namespace troupe::protocol
