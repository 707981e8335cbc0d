#include "troupe/actors/moved_sessions.hpp"

#include <utility>

#include <caf/send.hpp>

#include "troupe/actors/forward_words.hpp"

namespace troupe {

void moved_sessions::add(const protocol::session_id& id, protocol::node_number heir,
                         caf::actor peer, const std::vector<std::string>& subscriptions) {
  all_.insert_or_assign(id, place{heir, std::move(peer)});
  for (const auto& uri : subscriptions)
    subscribers_[uri].push_back(id);
}

protocol::node_number moved_sessions::heir_of(const protocol::session_id& id) const {
  const auto found = all_.find(id);
  return found == all_.end() ? 0 : found->second.heir;
}

void moved_sessions::tell_all(const frame_ptr& event) const {
  for (const auto& [id, now] : all_)
    caf::anon_send(now.peer, in_words(id, event));
}

void moved_sessions::tell_subscribers(const std::string& uri, const frame_ptr& event) const {
  const auto found = subscribers_.find(uri);
  if (found == subscribers_.end())
    return;
  for (const auto& id : found->second)
    caf::anon_send(all_.at(id).peer, in_words(id, event));
}

void moved_sessions::clear() {
  all_.clear();
  subscribers_.clear();
}

} // namespace troupe
