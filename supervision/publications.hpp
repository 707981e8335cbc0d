#pragma once

// What is being told to the sessions of a thread, a portion at a time: with thousands of them the
// messages of one portion are handled, and its sockets written to, before the next is made. So requests
// do not wait for a whole publication, and the memory of one message serves the next.

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "troupe/actors/frame.hpp"

namespace troupe::supervision {

/// `params` may be null.
frame_ptr make_notification(std::string_view method, const boost::json::object* params = nullptr);

class publications {
public:
  /// Sessions that are told before others have their turn: what io_unit takes for one slice.
  static constexpr std::size_t portion = 32;
  /// Publications that wait. One more, and the oldest is told to all of its sessions at once.
  static constexpr std::size_t max_waiting = 64;

  /// Tells `notification` to `sessions`, the first portion at once, the others as the shard gets its own
  /// tell_more. `subject` is what it is about: what waits about the same and has not begun says all that
  /// this one would, so only the sessions are replaced by those of now.
  void publish(caf::event_based_actor& shard, std::string_view subject, frame_ptr notification,
               std::vector<caf::actor> sessions);

  /// For each tell_more.
  void go_on(caf::event_based_actor& shard);

  /// Everything that is left, now.
  void finish(caf::event_based_actor& shard);

private:
  struct publication {
    std::string subject;
    frame_ptr notification;
    std::vector<caf::actor> sessions; ///< told from the end
    bool begun = false;
  };

  void tell_portion(caf::event_based_actor& shard);
  void tell_next(caf::event_based_actor& shard, std::size_t most);

  std::deque<publication> waiting_;
  bool goes_on_ = false; ///< a tell_more is in the shard's mailbox
};

} // namespace troupe::supervision
