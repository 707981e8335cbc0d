#include "troupe/actors/copy_queue.hpp"

#include <algorithm>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "troupe/actors/has_ended.hpp"

namespace troupe {

namespace {

/// The session, unless it has ended.
caf::actor alive(const caf::actor_addr& session) {
  auto one = caf::actor_cast<caf::actor>(session);
  return one && !has_ended(one) ? one : caf::actor{};
}

} // namespace

void copy_queue::add(protocol::node_number keeper, const caf::actor_addr& session,
                     time_point since) {
  lanes_[keeper].waiting.push_back({session, since, now() + patience});
  if (!armed())
    timers_.arm(*this, now() + patience);
  show_lag();
}

void copy_queue::end(protocol::node_number number, const caf::actor_addr& session) {
  const auto found = lanes_.find(number);
  if (found == lanes_.end())
    return;
  auto& one = found->second;
  std::erase_if(one.under_way, [&](const entry& each) { return each.session == session; });
  go_on(number, one);
  show_lag();
}

void copy_queue::refused(protocol::node_number number) {
  if (const auto found = lanes_.find(number); found != lanes_.end())
    found->second.paused_until = now() + pause;
}

void copy_queue::go_on(protocol::node_number number, lane& one) {
  if (now() < one.paused_until)
    return;
  while (one.under_way.size() < max_under_way && !one.waiting.empty() &&
         one.waiting.front().not_before <= now()) {
    auto next = std::move(one.waiting.front());
    one.waiting.pop_front();
    if (const auto session = alive(next.session)) {
      caf::anon_send(session, copy_turn{number, next.since});
      one.under_way.push_back(std::move(next));
    }
  }
}

void copy_queue::on_timer(time_point now) {
  for (auto& [number, one] : lanes_) {
    // Who ends does not say so.
    std::erase_if(one.under_way, [](const entry& each) { return !alive(each.session); });
    go_on(number, one);
  }
  std::erase_if(lanes_, [](const auto& each) {
    return each.second.waiting.empty() && each.second.under_way.empty();
  });
  show_lag();
  if (!lanes_.empty())
    timers_.arm(*this, now + patience);
}

void copy_queue::show_lag() {
  auto oldest = time_point::max();
  for (const auto& [number, one] : lanes_) {
    if (!one.waiting.empty())
      oldest = std::min(oldest, one.waiting.front().since);
    for (const auto& each : one.under_way)
      oldest = std::min(oldest, each.since);
  }
  observer_.copies_behind(thread_, oldest == time_point::max() ? time_point{} : oldest);
}

bool copy_queue::changes(const node_table& nodes) {
  std::vector<std::pair<protocol::node_number, caf::actor_id>> all;
  for (const auto& [number, peer] : nodes.peers)
    all.emplace_back(number, peer.id());
  std::sort(all.begin(), all.end());
  return std::exchange(nodes_, all) != all;
}

} // namespace troupe
