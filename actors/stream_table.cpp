#include "troupe/actors/stream_table.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

stream_table::stream_table(caf::event_based_actor* self, const session_options& options,
                           session_observer& observer)
    : self_(self),
      options_(options),
      observer_(observer),
      ring_(options.replay_events, options.replay_bytes) {}

stream_number stream_table::open(stream_kind kind, const caf::actor& transport,
                                 exchange_id exchange, bool primed,
                                 std::optional<protocol::session_id> session) {
  const bool standalone = kind == stream_kind::standalone;
  auto& last = last_number_[standalone ? 1 : 0];
  last += last == 0 ? (standalone ? 1 : 2) : 2;
  auto& added = streams_.emplace_back();
  added.number = last;
  self_->send(transport, stream_begin{exchange, session});
  attach(added, transport, exchange);
  if (primed) {
    std::string head = "id: ";
    protocol::append_event_id(head, {added.number, ++sequence_});
    head += "\nretry: " + std::to_string(options_.retry.count()) + '\n';
    self_->send(transport, stream_event{exchange, std::move(head), nullptr});
  }
  return added.number;
}

resume_status stream_table::resume(protocol::event_id last, const caf::actor& transport,
                                   exchange_id exchange) {
  const bool known = last.stream > 0 && last.sequence <= sequence_ &&
                     last.stream <= last_number_[is_standalone(last.stream) ? 1 : 0];
  if (!known)
    return resume_status::unknown;
  auto* target = find(last.stream);
  auto missed = ring_.later(last);
  const bool finished = target == nullptr && !is_standalone(last.stream);
  if (finished && missed.empty() && !ring_.complete_since(last))
    return resume_status::expired;
  self_->send(transport, stream_begin{exchange, std::nullopt});
  if (target == nullptr && !finished) {
    // A standalone stream that was forgotten: it goes on under its old number.
    target = &streams_.emplace_back();
    target->number = last.stream;
  }
  if (target != nullptr) {
    end_connection(*target); // an older connection that may be half-dead
    attach(*target, transport, exchange);
  }
  stream carrier;
  carrier.transport = transport;
  carrier.exchange = exchange;
  for (const auto& event : missed)
    send(carrier, event.id, event.payload);
  observer_.events_replayed(missed.size());
  if (finished)
    self_->send(transport, stream_end{exchange});
  return resume_status::resumed;
}

void stream_table::emit(stream_number number, const frame_ptr& payload) {
  const auto* target = find(number);
  if (target == nullptr) {
    observer_.events_dropped(1);
    return;
  }
  const protocol::event_id id{number, ++sequence_};
  if (target->transport)
    send(*target, id, payload);
  for (const auto& evicted : ring_.push({id, payload})) {
    const auto* waiting = find(evicted.id.stream);
    if (waiting != nullptr && !waiting->transport)
      observer_.events_dropped(1);
  }
}

void stream_table::send(const stream& to, protocol::event_id id, const frame_ptr& payload) {
  std::string head = "id: ";
  protocol::append_event_id(head, id);
  head += '\n';
  self_->send(to.transport, stream_event{to.exchange, std::move(head), payload});
  observer_.events_sent(1);
}

void stream_table::attach(stream& target, const caf::actor& transport, exchange_id exchange) {
  target.transport = transport;
  target.exchange = exchange;
  target.attached_at = ++attachments_;
  observer_.stream_opened();
}

void stream_table::end_connection(stream& target) {
  if (!target.transport)
    return;
  self_->send(target.transport, stream_end{target.exchange});
  target.transport = nullptr;
  observer_.stream_closed();
}

void stream_table::finish(stream_number number) {
  if (auto* target = find(number)) {
    end_connection(*target);
    forget(number);
  }
}

void stream_table::finish_all() {
  for (auto& open : streams_)
    end_connection(open);
  streams_.clear();
}

void stream_table::finish_standalone() {
  for (auto& open : streams_)
    if (is_standalone(open.number))
      end_connection(open);
  std::erase_if(streams_, [](const stream& open) { return is_standalone(open.number); });
}

void stream_table::detach(stream_number number, time_point now) {
  if (auto* target = find(number)) {
    end_connection(*target);
    target->detached_since = now;
  }
}

bool stream_table::lost(const caf::actor_addr& transport, exchange_id exchange, time_point now) {
  for (auto& open : streams_) {
    if (!open.transport || open.exchange != exchange || open.transport.address() != transport)
      continue;
    open.transport = nullptr;
    open.detached_since = now;
    observer_.stream_closed();
    return true;
  }
  return false;
}

void stream_table::expire(time_point now) {
  // A POST's stream waits for its result, however long that takes; it is finished by its call.
  std::erase_if(streams_, [&](const stream& open) {
    return !open.transport && is_standalone(open.number) &&
           now - open.detached_since >= options_.resume_window;
  });
}

std::optional<stream_number> stream_table::standalone() const {
  const stream* best = nullptr;
  for (const auto& open : streams_) {
    if (!is_standalone(open.number))
      continue;
    const bool better = best == nullptr || (open.transport && !best->transport) ||
                        (static_cast<bool>(open.transport) == static_cast<bool>(best->transport) &&
                         open.attached_at > best->attached_at);
    if (better)
      best = &open;
  }
  if (best == nullptr)
    return std::nullopt;
  return best->number;
}

bool stream_table::has_attached_standalone() const {
  return std::any_of(streams_.begin(), streams_.end(), [](const stream& open) {
    return is_standalone(open.number) && open.transport;
  });
}

std::optional<time_point> stream_table::next_expiry() const {
  std::optional<time_point> earliest;
  for (const auto& open : streams_) {
    if (open.transport || !is_standalone(open.number))
      continue;
    const auto due = open.detached_since + options_.resume_window;
    if (!earliest || due < *earliest)
      earliest = due;
  }
  return earliest;
}

stream_table::stream* stream_table::find(stream_number number) {
  const auto found = std::find_if(streams_.begin(), streams_.end(),
                                  [number](const stream& open) { return open.number == number; });
  return found == streams_.end() ? nullptr : &*found;
}

void stream_table::forget(stream_number number) {
  std::erase_if(streams_, [number](const stream& open) { return open.number == number; });
}

} // namespace troupe
