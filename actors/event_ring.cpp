#include "troupe/actors/event_ring.hpp"

#include <utility>

namespace troupe {

std::vector<event_ring::event> event_ring::push(event added) {
  std::vector<event> evicted;
  if (!events_)
    events_ = std::make_unique<std::deque<event>>();
  bytes_ += added.payload->json().size();
  events_->push_back(std::move(added));
  while (events_->size() > max_events_ || bytes_ > max_bytes_) {
    auto& oldest = events_->front();
    bytes_ -= oldest.payload->json().size();
    last_evicted_ = oldest.id.sequence;
    evicted.push_back(std::move(oldest));
    events_->pop_front();
    if (events_->empty())
      break;
  }
  return evicted;
}

std::vector<event_ring::event> event_ring::later(protocol::event_id after) const {
  std::vector<event> found;
  if (!events_)
    return found;
  for (const auto& kept : *events_)
    if (kept.id.stream == after.stream && kept.id.sequence > after.sequence)
      found.push_back(kept);
  return found;
}

} // namespace troupe
