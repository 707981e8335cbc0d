#pragma once

// What is checked about the section `cluster` beyond single values, and what is read and computed from
// it: seeds, secret, certificates.

#include <string>
#include <string_view>
#include <vector>

#include "troupe/supervision/cluster/cluster_options.hpp"

namespace troupe::supervision {

struct cluster_problem {
  std::string path;
  std::string reason;
  std::string_view other; ///< a setting that has a part in it
};

/// Fills the lower part of `options`. To be called once, through finish() (config_checks.hpp).
std::vector<cluster_problem> finish_cluster(cluster_options& options);

/// How others are to be dialled: "host:port", "[IPv6]:port"; nothing if it is neither.
std::optional<net::node_address> parse_node_address(std::string_view text);

} // namespace troupe::supervision
