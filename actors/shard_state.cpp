#include "troupe/actors/shard_state.hpp"

#include <chrono>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/default_attachable.hpp>
#include <caf/send.hpp>

namespace troupe {

std::int64_t shard_state::system_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

protocol::session_id shard_state::draw_id() {
  return seal ? seal->seal(node, count, index) : protocol::make_session_id(count, index);
}

session_home shard_state::home_of(const protocol::session_id& id, const session_search& search) {
  if (!seal || !nodes)
    return {session_home::place::here, nullptr};
  const auto owner = seal->open(id);
  return owner ? find_home(*nodes, *owner, id, search) : session_home{};
}

std::optional<protocol::node_number> shard_state::foreign_owner(const protocol::session_id& id) {
  const auto owner = seal ? seal->open(id) : std::nullopt;
  return owner && *owner != node ? owner : std::nullopt;
}

std::vector<protocol::node_number> shard_state::foreign_owners() const {
  std::vector<protocol::node_number> all;
  for (const auto& [owner, held] : foreign)
    all.push_back(owner);
  return all;
}

void shard_state::hold_foreign(const protocol::session_id& id) {
  const auto owner = foreign_owner(id);
  if (owner && foreign[*owner]++ == 0 && on_foreign_changed)
    on_foreign_changed();
}

void shard_state::release_foreign(const protocol::session_id& id) {
  // Nearly always there are none. Of a node that drains it is known until it has left that it had them: who
  // has them now says so by then.
  if (foreign.empty() || draining)
    return;
  const auto owner = foreign_owner(id);
  const auto found = owner ? foreign.find(*owner) : foreign.end();
  if (found == foreign.end() || --found->second > 0)
    return;
  foreign.erase(found);
  if (on_foreign_changed)
    on_foreign_changed();
}

void shard_state::copy_sessions(session_copies::bounds bounds, copy_observer& counts) {
  copies = std::make_unique<copy_queue>(timers, counts, index);
  kept = std::make_unique<session_copies>(bounds, counts);
}

void shard_state::use_nodes(node_table_ptr now) {
  nodes = std::move(now);
  if (!nodes || !copies || !copies->changes(*nodes))
    return;
  kept->keep_only(*nodes);
  for (const auto& [id, session] : sessions)
    caf::anon_send(session, keeper_check{});
}

void shard_state::adopt(const caf::actor& child) {
  if (!shard)
    return;
  children.emplace(child.id(), child.address());
  caf::actor_cast<caf::abstract_actor*>(child)->attach(
      caf::default_attachable::make_monitor(child.address(), shard.address()));
}

void shard_state::unsubscribe(const std::string& uri, const caf::actor_addr& session) {
  const auto found = subscriptions.find(uri);
  if (found == subscriptions.end())
    return;
  std::erase_if(found->second,
                [&](const caf::actor& subscriber) { return subscriber.address() == session; });
  if (found->second.empty())
    subscriptions.erase(found);
}

} // namespace troupe
