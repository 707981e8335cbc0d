// What a shard passes on: messages of other threads, what is published, and news of tasks.

#include <string>
#include <utility>

#include "troupe/actors/absent_session.hpp"
#include "troupe/actors/client_number.hpp"
#include "troupe/actors/task_lookup.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/protocol/task.hpp"
#include "troupe/supervision/shard_actor.hpp"

namespace troupe::supervision {

void shard_actor::pass_on(routed& message) {
  const auto found = state_->sessions.find(message.session);
  if (found != state_->sessions.end()) {
    send(found->second, std::move(message.content));
    return;
  }
  if (message.transport)
    send(message.transport, answer_absent(*state_, message));
}

void shard_actor::on_catalog(const catalog_changed& change) {
  // What an earlier dispatcher sent may come behind its successor's first word.
  if (state_->catalog && change.catalog->version < state_->catalog->version)
    return;
  if (state_->catalog != change.catalog)
    state_->lists.clear();
  state_->catalog = change.catalog;
  tell_of(change.changes);
}

void shard_actor::tell_of(const list_changes& changes) {
  if (changes.tools)
    tell_all(listen_topic::tools, "notifications/tools/list_changed");
  if (changes.resources)
    tell_all(listen_topic::resources, "notifications/resources/list_changed");
  if (changes.prompts)
    tell_all(listen_topic::prompts, "notifications/prompts/list_changed");
}

void shard_actor::tell_all(listen_topic topic, std::string_view method) {
  std::vector<caf::actor> sessions;
  for (const auto& [id, session] : state_->sessions)
    sessions.push_back(session);
  const auto notification = make_notification(method);
  state_->moved.tell_all(notification);
  publish(method, notification, std::move(sessions));
  state_->listeners.publish(topic, protocol::make_tagged_notification(method));
}

void shard_actor::on_resource(const resource_updated& event) {
  constexpr std::string_view method = "notifications/resources/updated";
  if (state_->listeners.has_resource(event.uri)) {
    std::string members = R"("uri":)";
    protocol::append_string(members, event.uri);
    state_->listeners.publish_resource(event.uri,
                                       protocol::make_tagged_notification(method, members));
  }
  const boost::json::object params{{"uri", event.uri}};
  const auto notification = make_notification(method, &params);
  state_->moved.tell_subscribers(event.uri, notification);
  const auto subscribed = state_->subscriptions.find(event.uri);
  if (subscribed != state_->subscriptions.end())
    publish(event.uri, notification, subscribed->second);
}

void shard_actor::publish(std::string_view subject, frame_ptr notification,
                          std::vector<caf::actor> sessions) {
  publications_.publish(*this, subject, std::move(notification), std::move(sessions));
  if (state_->draining) // a session that moves must have heard before it ends
    publications_.finish(*this);
  yield();
}

/// For a task of this thread, from a connection of another one.
caf::result<task_reply> shard_actor::on_task_request(task_request& request) {
  const auto found = state_->tasks.find(request.task);
  if (found == state_->tasks.end())
    return answer_absent(*state_, request);
  delegate(found->second, std::move(request));
  return caf::delegated<task_reply>{};
}

caf::result<notified> shard_actor::on_notify(const notify_client& request) {
  const auto client = parse_client_number(request.client);
  if (!client || client->shard != config_.index)
    return notified{notify_status::client_not_found};
  const auto found = state_->clients.find(client->number);
  if (found == state_->clients.end())
    return notified{notify_status::client_not_found};
  delegate(found->second, request);
  return caf::delegated<notified>{};
}

} // namespace troupe::supervision
