#include "troupe/supervision/cluster/deaths.hpp"

#include <utility>

#include <spdlog/spdlog.h>

namespace troupe::supervision {

void deaths::lost(const protocol::node_description& node, caf::actor_id via, const peer_lost& how,
                  bool has_left, time now) {
  if (!outlet_.dial)
    return;
  // Of one that left in order nothing is to be taken over.
  if (has_left || how.cut_off || how.doubtful) {
    outlet_.doubtful({node.number});
    return;
  }
  const net::node_address where{node.host, node.port};
  open_.insert_or_assign(node.number, question{where, via, now + patience_});
  outlet_.dial(where);
}

void deaths::not_reached(const net::node_address& where, const net::node_failure& failure) {
  // A port where nobody listens is as good as one where another node answers.
  if (failure.refused || failure.known != 0)
    answered(where, failure.known);
}

void deaths::answered(const net::node_address& where, protocol::node_number by) {
  for (auto each = open_.begin(); each != open_.end();) {
    const auto one = each++;
    if (one->second.where == where && one->first != by)
      prove(one);
  }
}

void deaths::prove(table::iterator which) {
  const auto [number, asked] = *which;
  open_.erase(which);
  spdlog::info("cluster: number={:08x} has ended: its address {}:{} says so", number,
               asked.where.host, asked.where.port);
  outlet_.died({number, asked.via});
}

void deaths::go_on(time now) {
  for (auto each = open_.begin(); each != open_.end();) {
    const auto one = each++;
    if (one->second.until > now) {
      outlet_.dial(one->second.where);
      continue;
    }
    outlet_.doubtful({one->first});
    open_.erase(one);
  }
}

} // namespace troupe::supervision
