#include "troupe/supervision/publications.hpp"

#include <algorithm>
#include <utility>

#include <caf/event_based_actor.hpp>

#include "troupe/actors/messages.hpp"
#include "troupe/actors/prefetch.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/supervision/messages.hpp"

namespace troupe::supervision {

namespace {

/// How far before its turn a session is fetched, and how much of it a publication looks at.
constexpr std::size_t ahead = 12;
constexpr std::size_t session_bytes = 640;

} // namespace

frame_ptr make_notification(std::string_view method, const boost::json::object* params) {
  std::string json;
  protocol::append_notification(json, method, params);
  return make_frame(std::move(json));
}

void publications::publish(caf::event_based_actor& shard, std::string_view subject,
                           frame_ptr notification, std::vector<caf::actor> sessions) {
  if (sessions.empty())
    return;
  const auto same = std::find_if(waiting_.begin(), waiting_.end(), [&](const publication& other) {
    return !other.begun && other.subject == subject;
  });
  if (same != waiting_.end()) {
    same->sessions = std::move(sessions);
    return;
  }
  if (waiting_.size() == max_waiting)
    tell_next(shard, waiting_.front().sessions.size());
  waiting_.push_back({std::string{subject}, std::move(notification), std::move(sessions)});
  if (!goes_on_)
    tell_portion(shard);
}

void publications::go_on(caf::event_based_actor& shard) {
  goes_on_ = false;
  tell_portion(shard);
}

void publications::finish(caf::event_based_actor& shard) {
  while (!waiting_.empty())
    tell_next(shard, waiting_.front().sessions.size());
}

void publications::tell_portion(caf::event_based_actor& shard) {
  if (!waiting_.empty())
    tell_next(shard, portion);
  if (waiting_.empty())
    return;
  shard.send(&shard, tell_more{});
  goes_on_ = true;
}

void publications::tell_next(caf::event_based_actor& shard, std::size_t most) {
  auto& next = waiting_.front();
  next.begun = true;
  for (; most > 0 && !next.sessions.empty(); --most) {
    if (next.sessions.size() > ahead)
      prefetch(next.sessions[next.sessions.size() - 1 - ahead], session_bytes);
    shard.send(next.sessions.back(), deliver{next.notification});
    next.sessions.pop_back();
  }
  if (next.sessions.empty())
    waiting_.pop_front();
}

} // namespace troupe::supervision
