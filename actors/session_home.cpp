#include "troupe/actors/session_home.hpp"

#include <algorithm>

#include "troupe/actors/has_ended.hpp"

namespace troupe {

namespace {

using protocol::node_number;

bool is_in(std::span<const node_number> some, node_number one) {
  return std::find(some.begin(), some.end(), one) != some.end();
}

/// Highest random weight: of any set of nodes, each session has its own favourite, and that one changes for
/// few sessions when the set does.
std::uint64_t weight(const protocol::session_id& id, node_number node) {
  std::uint64_t value = id.hash() ^ (node * 0x9E3779B97F4A7C15U);
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93U;
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93U;
  return value ^ value >> 32;
}

/// A table may be older than the end of a peer that stands in it.
session_home reach(const node_table& nodes, node_number node) {
  if (node == nodes.self)
    return {session_home::place::here, nullptr};
  const auto found = nodes.peers.find(node);
  if (found == nodes.peers.end() || has_ended(found->second))
    return {session_home::place::unreachable, nullptr};
  return {session_home::place::elsewhere, found->second};
}

} // namespace

session_home find_home(const node_table& nodes, node_number owner, const protocol::session_id& id,
                       const session_search& search) {
  using place = session_home::place;
  const auto& tried = search.tried;
  if (search.told != 0 && !is_in(tried, search.told))
    return reach(nodes, search.told);
  if (!is_in(tried, owner) && (owner == nodes.self || nodes.peers.contains(owner)))
    if (auto home = reach(nodes, owner); home.where != place::unreachable)
      return home;
  const auto holders = nodes.holders.find(owner);
  std::optional<node_number> best;
  const auto consider = [&](const std::vector<node_number>& some) {
    for (const auto one : some)
      if (!is_in(tried, one) && (!best || weight(id, one) > weight(id, *best)))
        best = one;
  };
  if (holders != nodes.holders.end())
    consider(holders->second);
  consider(search.heirs);
  if (best)
    return reach(nodes, *best);
  const auto peer = nodes.peers.find(owner);
  const bool has_just_gone = peer != nodes.peers.end() && has_ended(peer->second);
  // That some of its sessions are held does not say that all have arrived where they go.
  const bool known = owner == nodes.self || peer != nodes.peers.end();
  if (has_just_gone || nodes.lost.contains(owner) || (!known && !nodes.settled))
    return {place::unreachable, nullptr};
  return {};
}

std::optional<session_heir> find_heir(const node_table& nodes, const protocol::session_id& id,
                                      std::span<const node_number> tried) {
  std::optional<session_heir> best;
  for (const auto& [number, peer] : nodes.peers)
    if (!is_in(tried, number) && !has_ended(peer) &&
        (!best || weight(id, number) > weight(id, best->node)))
      best = session_heir{number, peer};
  return best;
}

std::optional<session_heir> find_successor(const node_table& nodes, const protocol::session_id& id,
                                           std::span<const node_number> tried) {
  auto best = find_heir(nodes, id, tried);
  if (!is_in(tried, nodes.self) && (!best || weight(id, nodes.self) > weight(id, best->node)))
    best = session_heir{nodes.self, nullptr};
  return best;
}

} // namespace troupe
