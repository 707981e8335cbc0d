#pragma once

// The last events of a session, kept so that a client which lost its connection gets the rest of a
// stream (transports, "Resumability and Redelivery"). Bounded in number and bytes; the oldest go
// first, whatever their stream. Sequence numbers count through all streams of the session.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "troupe/actors/frame.hpp"
#include "troupe/protocol/event_id.hpp"

namespace troupe {

class event_ring {
public:
  struct event {
    protocol::event_id id;
    frame_ptr payload;
    /// Sequence of the event before it in its stream, 0 if it is the first: shows a gap in a replay.
    std::uint64_t previous = 0;
  };

  event_ring(std::size_t max_events, std::size_t max_bytes)
      : max_events_(max_events), max_bytes_(max_bytes) {}

  /// Keeps an event; ids must come with increasing sequence. Returns the events pushed out.
  std::vector<event> push(event added);

  /// The events of `after.stream` behind `after`, in order.
  std::vector<event> later(protocol::event_id after) const;

  /// True if no event behind `after` has been pushed out, of any stream.
  bool complete_since(protocol::event_id after) const noexcept {
    return after.sequence >= last_evicted_;
  }

  /// Sequence of the last event that was pushed out; 0: none was.
  std::uint64_t last_evicted() const noexcept { return last_evicted_; }
  /// That of the last one that was pushed and is still here, or else of the last that was pushed out.
  std::uint64_t last_event() const noexcept {
    return events_ && !events_->empty() ? events_->back().id.sequence : last_evicted_;
  }
  /// Goes on where another ring was: before the first push().
  void begin_after(std::uint64_t last_evicted) noexcept { last_evicted_ = last_evicted; }
  /// Calls `visit` with each event, in order.
  template<class Visit>
  void for_each(Visit visit) const {
    if (events_)
      for (const auto& kept : *events_)
        visit(kept);
  }

  std::size_t size() const noexcept { return events_ ? events_->size() : 0; }
  std::size_t bytes() const noexcept { return bytes_; }

private:
  std::size_t max_events_;
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::uint64_t last_evicted_ = 0; ///< sequence
  /// Most sessions never send an event; an empty deque alone takes half a kilobyte.
  std::unique_ptr<std::deque<event>> events_;
};

} // namespace troupe
