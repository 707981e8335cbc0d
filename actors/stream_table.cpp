#include "troupe/actors/stream_table.hpp"

#include <algorithm>
#include <utility>

#include "troupe/actors/prefetch.hpp"

namespace troupe {

namespace {

/// How much of a connection an event looks at.
constexpr std::size_t transport_bytes = 1280;

} // namespace

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
  ++changes_;
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

void stream_table::open_direct(const caf::actor& transport, exchange_id exchange) {
  auto& added = streams_.emplace_back();
  added.number = last_number_[1] = 1;
  added.transport = transport;
  added.exchange = exchange;
  added.direct = true;
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
  const bool incomplete = has_gap(last, target, missed);
  if (incomplete)
    observer_.resumption_incomplete();
  if (incomplete && finished && missed.empty())
    return resume_status::expired;
  if (finished && missed.empty() && last.stream >= lost_from_ && last.stream <= lost_until_ &&
      lost_from_ != 0)
    return resume_status::lost;
  self_->send(transport, stream_begin{exchange, std::nullopt});
  if (target == nullptr && !finished) {
    // A standalone stream that was forgotten: it goes on under its old number.
    target = &streams_.emplace_back();
    target->number = last.stream;
    ++changes_;
    target->last_event = missed.empty() ? last.sequence : missed.back().id.sequence;
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
  return incomplete ? resume_status::incomplete : resume_status::resumed;
}

/// Whether events between `after` and `missed`, or behind `after` if nothing was missed, are lost.
/// Exact unless the stream was forgotten: then what it would have carried is unknown.
bool stream_table::has_gap(protocol::event_id after, const stream* target,
                           const std::vector<event_ring::event>& missed) const {
  if (!missed.empty())
    return missed.front().previous > after.sequence;
  if (target != nullptr)
    return target->last_event > after.sequence;
  return !ring_.complete_since(after);
}

void stream_table::emit(stream_number number, const frame_ptr& payload) {
  auto* target = find(number);
  if (target == nullptr) {
    observer_.events_dropped(1);
    return;
  }
  if (target->direct) {
    self_->send(target->transport, stream_event{target->exchange, {}, payload});
    observer_.events_sent(1);
    return;
  }
  const protocol::event_id id{number, ++sequence_};
  ++changes_;
  if (target->transport)
    send(*target, id, payload);
  const auto previous = std::exchange(target->last_event, id.sequence);
  for (const auto& evicted : ring_.push({id, payload, previous})) {
    const auto* waiting = find(evicted.id.stream);
    if (waiting != nullptr && !waiting->transport)
      observer_.events_dropped(1);
  }
}

void stream_table::send(const stream& to, protocol::event_id id, const frame_ptr& payload) {
  prefetch(to.transport, transport_bytes);
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
  if (!target.transport || target.direct)
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

void stream_table::detach_all(time_point now) {
  for (auto& open : streams_) {
    if (!open.transport)
      continue;
    end_connection(open);
    open.detached_since = now;
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
  const auto expired = std::erase_if(streams_, [&](const stream& open) {
    return !open.transport && is_standalone(open.number) &&
           now - open.detached_since >= options_.resume_window;
  });
  if (expired > 0)
    ++changes_;
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
  ++changes_;
  std::erase_if(streams_, [number](const stream& open) { return open.number == number; });
}

// -- to another node and there ---------------------------------------------------------------------

void stream_table::pack(session_image& into, time_point now, std::uint64_t after,
                        std::size_t max_event_bytes) const {
  using std::chrono::milliseconds;
  for (const auto& each : streams_) {
    const auto detached = each.transport ? time_point::duration{} : now - each.detached_since;
    into.streams.push_back(
        {each.number, each.last_event,
         static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(detached).count())});
  }
  std::size_t bytes = 0;
  ring_.for_each([&](const event_ring::event& each) {
    if (each.id.sequence <= after || bytes > max_event_bytes)
      return;
    bytes += each.payload->json().size();
    into.events.push_back({each.id.stream, each.id.sequence, each.previous, each.payload->json()});
  });
  into.last_evicted = ring_.last_evicted();
  into.sequence = sequence_;
  into.last_post_stream = last_number_[0];
  into.last_standalone_stream = last_number_[1];
  into.lost_from = lost_from_;
  into.lost_until = lost_until_;
}

void stream_table::unpack(session_image& from, time_point now) {
  for (const auto& each : from.streams) {
    if (is_full())
      break; // this node allows fewer
    auto& added = streams_.emplace_back();
    added.number = each.number;
    added.last_event = each.last_event;
    added.detached_since = now - std::chrono::milliseconds{each.detached_ms};
  }
  ring_.begin_after(from.last_evicted);
  for (auto& each : from.events)
    ring_.push({{each.stream, each.sequence}, make_frame(std::move(each.json)), each.previous});
  sequence_ = from.sequence;
  last_number_[0] = from.last_post_stream;
  last_number_[1] = from.last_standalone_stream;
  lost_from_ = from.lost_from;
  lost_until_ = from.lost_until;
}

} // namespace troupe
