#pragma once

// Sessions that were on this thread, while its node drains: where each is now, and what is still told to it. An
// event may reach the heir before it has the session, and this node after it has given it away; so whatever
// comes here goes after the session, and is heard twice rather than never.

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/actor.hpp>

#include "troupe/actors/frame.hpp"
#include "troupe/protocol/session_id.hpp"
#include "troupe/protocol/session_seal.hpp"

namespace troupe {

class moved_sessions {
public:
  /// `peer` reaches the heir.
  void add(const protocol::session_id& id, protocol::node_number heir, caf::actor peer,
           const std::vector<std::string>& subscriptions);

  /// 0: it was not here, or has not moved.
  protocol::node_number heir_of(const protocol::session_id& id) const;

  void tell_all(const frame_ptr& event) const;
  void tell_subscribers(const std::string& uri, const frame_ptr& event) const;

  std::size_t size() const noexcept { return all_.size(); }
  void clear();

private:
  struct place {
    protocol::node_number heir = 0;
    caf::actor peer;
  };

  std::unordered_map<protocol::session_id, place> all_;
  std::unordered_map<std::string, std::vector<protocol::session_id>> subscribers_; ///< by URI
};

} // namespace troupe
