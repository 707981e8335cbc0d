#pragma once

// What one I/O thread keeps of sessions of other nodes, for the case that those crash: the last copy of each, in the
// thread that the session's id names. Bounded; what finds no room is refused, and its node told so.

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include <caf/actor.hpp>

#include "troupe/actors/copy_messages.hpp"
#include "troupe/actors/copy_observer.hpp"
#include "troupe/actors/node_table.hpp"
#include "troupe/protocol/session_id.hpp"

namespace troupe {

class session_copies {
public:
  struct bounds {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };
  /// What a copy takes beside what its image says.
  static constexpr std::size_t entry_bytes = 512;

  /// The observer outlives this.
  session_copies(bounds limits, copy_observer& observer) : limits_(limits), observer_(observer) {}
  session_copies(const session_copies&) = delete;
  session_copies& operator=(const session_copies&) = delete;
  ~session_copies();

  copy_outcome keep(copy_arrival& arrived);
  /// The session of `owner` has ended, or is copied elsewhere.
  void remove(const copy_removal& gone);
  /// A session has arrived here in another way: its copy, if there was one. Null if not.
  std::shared_ptr<session_image> take(const protocol::session_id& session);
  /// All that came through this connection with `owner`; what came otherwise is dropped.
  std::vector<std::shared_ptr<session_image>> take_all(const owner_died& dead);
  void forget(protocol::node_number owner);
  /// Nodes that are connected in another way than their copies came send them anew.
  void keep_only(const node_table& nodes);

  copy_observer& observer() const noexcept { return observer_; }
  std::size_t size() const noexcept { return all_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

private:
  struct kept {
    std::shared_ptr<session_image> image;
    std::size_t bytes = 0;
    caf::actor_id via = 0; ///< the peer that it came through
    protocol::node_number owner = 0;
  };
  using table = std::unordered_map<protocol::session_id, kept>;

  void count(std::ptrdiff_t copies, std::ptrdiff_t bytes);
  table::iterator erase(table::iterator which);
  template<class Condition>
  std::size_t erase_if(Condition condition);

  bounds limits_;
  copy_observer& observer_;
  table all_;
  std::size_t bytes_ = 0;
};

} // namespace troupe
