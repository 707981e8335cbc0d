#pragma once

// The shard's inside. Its parts, by file:
//   shard.cpp       birth, time, children, the end
//   shard_news.cpp  what it passes on to its sessions, subscribers and tasks

#include <string_view>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/system_messages.hpp>

#include "troupe/actors/messages.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/actors/task.hpp"
#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/publications.hpp"
#include "troupe/supervision/shard.hpp"

namespace troupe::supervision {

class shard_actor final : public pinned<caf::event_based_actor> {
public:
  shard_actor(caf::actor_config& config, shard_config settings);

  caf::behavior make_behavior() override;
  void on_exit() override;
  const char* name() const override { return "shard"; }

private:
  // -- birth and time -----------------------------------------------------------------------------
  void create_state();
  void listen(const net::tcp::endpoint& where);
  void register_at_registry();
  time_point tick(time_point now);

  // -- news for sessions --------------------------------------------------------------------------
  void pass_on(routed& message);
  void on_catalog(const catalog_changed& change);
  void tell_of(const list_changes& changes);
  void on_resource(const resource_updated& event);
  caf::result<notified> on_notify(const notify_client& request);
  caf::result<task_reply> on_task_request(task_request& request);
  void tell_all(listen_topic topic, std::string_view method);
  void publish(std::string_view subject, frame_ptr notification, std::vector<caf::actor> sessions);

  // -- the end ------------------------------------------------------------------------------------
  void on_child_down(const caf::down_msg& down);
  caf::result<drained> on_drain();
  left_over on_drain_timeout();
  void on_exit_message(caf::exit_msg& message);
  void stop_accepting();
  void exit_children(const caf::error& reason);
  template<class Action>
  void for_each_child(Action action) const {
    for (const auto& [id, address] : state_->children)
      if (const auto child = caf::actor_cast<caf::actor>(address))
        action(child);
  }
  void check_whether_empty();

  shard_config config_;
  shard_state_ptr state_;
  net::listener_ptr listener_; ///< null when the port is closed
  publications publications_;
  std::vector<caf::response_promise> drain_promises_;
  caf::error ending_; ///< set by an exit message: why this shard ends as soon as it is empty
};

} // namespace troupe::supervision
