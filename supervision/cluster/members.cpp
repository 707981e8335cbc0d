#include "troupe/supervision/cluster/members.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace troupe::supervision {

std::size_t members::joined_count() const {
  return static_cast<std::size_t>(std::count_if(connections.begin(), connections.end(),
                                                [](const auto& one) { return one.second.joined; }));
}

members::numbers members::own_holdings() const {
  std::set<protocol::node_number> all;
  for (const auto& [shard, some] : holdings)
    all.insert(some.begin(), some.end());
  return {all.begin(), all.end()};
}

void members::lose(const connection& gone, time now, std::chrono::milliseconds forget_after,
                   std::chrono::milliseconds settle_time, std::size_t max_lost) {
  const auto forgotten = now + forget_after;
  // Of one that left in order, all sessions are with others, who say so at about the same time.
  const auto unreachable = gone.leaves ? std::min(forgotten, now + settle_time) : forgotten;
  lost[gone.node.number] = {gone.node, forgotten, unreachable, gone.holdings, gone.heirs};
  while (lost.size() > max_lost)
    lost.erase(std::min_element(lost.begin(), lost.end(), [](const auto& a, const auto& b) {
      return a.second.forgotten < b.second.forgotten;
    }));
}

void members::replace_lost(const protocol::node_description& by, time now,
                           std::chrono::milliseconds takeover) {
  lost.erase(by.number);
  for (auto& [number, one] : lost)
    if (one.node.host == by.host && one.node.port == by.port) {
      one.replaced = true;
      // The sessions of one that crashed ended with it, unless others have copies; those of one that left may yet
      // be heard of.
      if (one.unreachable == one.forgotten)
        one.unreachable = std::min(one.forgotten, now + takeover);
      one.forgotten = one.unreachable;
    }
  std::erase_if(lost, [&](const auto& one) { return one.second.forgotten <= now; });
}

void members::show_heirs(node_table& table, protocol::node_number left, const numbers& held,
                         const numbers& heirs) const {
  const auto add = [&](protocol::node_number owner) {
    auto& holders = table.holders[owner];
    for (const auto heir : heirs)
      if (std::find(holders.begin(), holders.end(), heir) == holders.end() &&
          (heir == self.number || table.peers.contains(heir)))
        holders.push_back(heir);
    if (holders.empty())
      table.holders.erase(owner);
  };
  add(left);
  std::for_each(held.begin(), held.end(), add);
}

members::shown members::show(time now) const {
  const auto table = std::make_shared<node_table>();
  table->self = self.number;
  table->settled = settled <= now;
  shown result{{{self, member_state::this_node}}, table, table->settled ? time::max() : settled};
  for (const auto& [number, one] : connections) {
    if (!one.joined)
      continue;
    result.members.push_back({one.node, member_state::connected});
    if (one.leaves) {
      table->lost.insert(number);
      table->lost.insert(one.holdings.begin(), one.holdings.end());
      continue;
    }
    table->peers.emplace(number, one.peer);
    for (const auto owner : one.holdings)
      table->holders[owner].push_back(number);
  }
  for (const auto owner : own_holdings())
    table->holders[owner].push_back(self.number);
  for (const auto& [number, one] : connections)
    if (one.joined && one.leaves)
      show_heirs(*table, number, one.holdings, one.heirs);
  for (const auto& [number, one] : lost) {
    if (!one.replaced)
      result.members.push_back({one.node, member_state::lost});
    result.changes = std::min(result.changes, one.forgotten);
    if (one.unreachable <= now)
      continue;
    table->lost.insert(number);
    table->lost.insert(one.holdings.begin(), one.holdings.end());
    show_heirs(*table, number, one.holdings, one.heirs);
    result.changes = std::min(result.changes, one.unreachable);
  }
  return result;
}

} // namespace troupe::supervision
