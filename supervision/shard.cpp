#include "troupe/supervision/shard.hpp"

#include <string>
#include <utility>
#include <vector>

#include <boost/system/system_error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/client_number.hpp"
#include "troupe/actors/exchange.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/pinned.hpp"
#include "troupe/protocol/encode.hpp"
#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

namespace {

frame_ptr make_notification(std::string_view method, const boost::json::object* params = nullptr) {
  std::string json;
  protocol::append_notification(json, method, params);
  return make_frame(std::move(json));
}

/// An end that nobody needs to look into.
bool is_orderly(const caf::error& reason) {
  return !reason || reason == caf::exit_reason::normal ||
         reason == caf::exit_reason::user_shutdown || reason == caf::exit_reason::kill ||
         reason == caf::exit_reason::unreachable;
}

class shard_actor final : public pinned<caf::event_based_actor> {
public:
  shard_actor(caf::actor_config& config, shard_config settings)
      : pinned(config), config_(std::move(settings)) {
    log_the_unexpected(*this);
  }

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
  void on_resource(const resource_updated& event);
  caf::result<notified> on_notify(const notify_client& request);
  void deliver_to_all(const frame_ptr& notification);

  // -- the end ------------------------------------------------------------------------------------
  void on_child_down(const caf::down_msg& down);
  caf::result<drained> on_drain();
  left_over on_drain_timeout();
  void on_exit_message(caf::exit_msg& message);
  void stop_accepting();
  void exit_children(const caf::error& reason);
  void check_whether_empty();

  shard_config config_;
  shard_state_ptr state_;
  net::listener_ptr listener_;
  std::vector<caf::response_promise> drain_promises_;
  caf::error ending_; ///< set by an exit message: why this shard ends as soon as it is empty
};

// -- birth and time -------------------------------------------------------------------------------

caf::behavior shard_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& down) { on_child_down(down); });
  set_exit_handler([this](caf::exit_msg& message) { on_exit_message(message); });
  create_state();
  register_at_registry();
  state_->limits.stock_up();
  config_.on_tick([this](time_point now) { return tick(now); });
  if (config_.serve) {
    listen(*config_.serve);
    listener_->start();
  }
  return {
      [this](routed& message) { pass_on(message); },
      [this](const lease_grant& grant) { state_->limits.granted(grant.what, grant.amount); },
      [this](const lease_recall& recall) {
        const auto given = state_->limits.recall(recall.what, recall.amount);
        return lease_return{config_.index, recall.what, given};
      },
      [this](registry_changed& change) {
        config_.registry = std::move(change.registry);
        register_at_registry();
        state_->limits.ask_again();
      },
      [this](hooks_changed& change) { state_->hooks = std::move(change.hooks); },
      [this](shards_changed& change) { state_->shards = std::move(change.shards); },
      [this](const catalog_changed& change) { on_catalog(change); },
      [this](const resource_updated& event) { on_resource(event); },
      [this](const handler_gone& gone) {
        for (const auto& [id, session] : state_->sessions)
          send(session, gone);
      },
      [this](const notify_client& request) { return on_notify(request); },
      [this](const report_request&) {
        const auto& limits = state_->limits;
        return shard_report{limits.used(limit::connections), state_->sessions.size(),
                            limits.used(limit::uninitialized_sessions), limits.used(limit::calls)};
      },
      [this](const bind_port& request) -> caf::result<port_bound> {
        try {
          listen(request.where);
        } catch (const boost::system::system_error& error) {
          return caf::make_error(caf::sec::cannot_open_port, error.code().message());
        }
        return port_bound{listener_->endpoint().port()};
      },
      [this](const start_accepting&) {
        if (listener_ && !state_->draining)
          listener_->start();
      },
      [this](const drain&) { return on_drain(); },
      [this](const drain_timeout&) { return on_drain_timeout(); },
  };
}

void shard_actor::create_state() {
  state_ = std::make_shared<shard_state>(
      [this](limit what, std::size_t amount) {
        // Called while another actor of the thread is active, so not with this one's send().
        caf::send_as(state_->shard, config_.registry, lease_request{config_.index, what, amount});
      },
      config_.now);
  state_->index = config_.index;
  state_->count = config_.count;
  state_->home = config_.home;
  state_->shard = caf::actor_cast<caf::actor>(this);
  state_->hooks = config_.hooks;
  state_->options = config_.options;
  state_->observer = config_.observer;
  state_->catalog = config_.catalog;
  state_->shards.resize(config_.count);
  state_->shards[config_.index] = state_->shard;
  for (std::size_t i = 0; i < limit_count; ++i)
    state_->limits.block(static_cast<limit>(i), config_.blocks[i]);
  state_->limits.repay_with([this](limit what, std::size_t amount) {
    caf::send_as(state_->shard, config_.registry, lease_repaid{config_.index, what, amount});
  });
}

void shard_actor::listen(const net::tcp::endpoint& where) {
  if (listener_)
    listener_->stop();
  listener_ = config_.bind(state_, where);
}

void shard_actor::register_at_registry() {
  send(config_.registry, shard_registered{config_.index, state_->shard, state_->limits.leases()});
}

time_point shard_actor::tick(time_point now) {
  const auto state = state_;
  try {
    state->timers.advance(now);
  } catch (const std::exception& reason) {
    // Not ended here: this runs between the activations of actors, one of which threw.
    caf::anon_send(
        state->shard,
        caf::exit_msg{address(), caf::make_error(caf::sec::runtime_error,
                                                 std::string{"a timer threw: "} + reason.what())});
  }
  if (ending_) // children that appeared after the others were told
    exit_children(ending_);
  if (config_.after_tick) {
    const auto waiting = mailbox().blocked() || mailbox().closed() ? 0 : mailbox().size();
    config_.after_tick(state->limits, waiting);
  }
  return state->timers.next_due();
}

// -- news for sessions ----------------------------------------------------------------------------

void shard_actor::pass_on(routed& message) {
  const auto found = state_->sessions.find(message.session);
  if (found != state_->sessions.end()) {
    send(found->second, std::move(message.content));
    return;
  }
  if (!message.transport)
    return;
  std::string body;
  protocol::append_error(
      body, std::nullopt,
      protocol::make_invalid_request("There is no such session; begin a new one with initialize."));
  reply answer;
  answer.exchange = message.exchange;
  answer.status = 404;
  answer.body = std::move(body);
  send(message.transport, std::move(answer));
}

void shard_actor::on_catalog(const catalog_changed& change) {
  // What an earlier dispatcher sent may come behind its successor's first word.
  if (state_->catalog && change.catalog->version < state_->catalog->version)
    return;
  if (state_->catalog != change.catalog)
    state_->lists.clear();
  state_->catalog = change.catalog;
  if (change.changes.tools)
    deliver_to_all(make_notification("notifications/tools/list_changed"));
  if (change.changes.resources)
    deliver_to_all(make_notification("notifications/resources/list_changed"));
  if (change.changes.prompts)
    deliver_to_all(make_notification("notifications/prompts/list_changed"));
}

void shard_actor::deliver_to_all(const frame_ptr& notification) {
  for (const auto& [id, session] : state_->sessions)
    send(session, deliver{notification});
}

void shard_actor::on_resource(const resource_updated& event) {
  const auto subscribed = state_->subscriptions.find(event.uri);
  if (subscribed == state_->subscriptions.end())
    return;
  const boost::json::object params{{"uri", event.uri}};
  const auto notification = make_notification("notifications/resources/updated", &params);
  for (const auto& session : subscribed->second)
    send(session, deliver{notification});
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

// -- the end --------------------------------------------------------------------------------------

void shard_actor::on_child_down(const caf::down_msg& down) {
  state_->children.erase(down.source.id());
  if (!is_orderly(down.reason))
    spdlog::error("shard={} child={} died: {}", config_.index, down.source.id(),
                  system().render(down.reason));
  check_whether_empty();
}

caf::result<drained> shard_actor::on_drain() {
  state_->draining = true;
  stop_accepting();
  for (const auto& [id, address] : state_->children)
    if (const auto child = caf::actor_cast<caf::actor>(address))
      send(child, drain{});
  if (state_->children.empty())
    return drained{config_.index};
  drain_promises_.push_back(make_response_promise());
  return caf::delegated<drained>{};
}

left_over shard_actor::on_drain_timeout() {
  left_over left{config_.index, {}};
  for (const auto& [number, session] : state_->clients)
    left.names.push_back("session of " + to_string(client_number{config_.index, number}));
  const auto sessions = state_->sessions.size();
  const auto others = state_->children.size() - std::min(sessions, state_->children.size());
  if (others > 0)
    left.names.push_back(std::to_string(others) + " connections of shard " +
                         std::to_string(config_.index));
  exit_children(caf::exit_reason::kill);
  return left;
}

void shard_actor::on_exit_message(caf::exit_msg& message) {
  if (message.reason == caf::exit_reason::normal || ending_)
    return;
  ending_ = std::move(message.reason);
  state_->draining = true;
  stop_accepting();
  exit_children(ending_);
  check_whether_empty();
}

void shard_actor::stop_accepting() {
  if (listener_)
    std::exchange(listener_, nullptr)->stop();
}

/// Also called from tick(), while this actor is not active.
void shard_actor::exit_children(const caf::error& reason) {
  for (const auto& [id, address] : state_->children)
    if (const auto child = caf::actor_cast<caf::actor>(address))
      caf::anon_send(child, caf::exit_msg{this->address(), reason});
}

void shard_actor::check_whether_empty() {
  if (!state_->children.empty())
    return;
  for (auto& promise : std::exchange(drain_promises_, {}))
    promise.deliver(drained{config_.index});
  if (ending_)
    quit(ending_);
}

void shard_actor::on_exit() {
  if (!state_)
    return;
  config_.on_tick({});
  stop_accepting();
  exit_children(caf::exit_reason::kill);
  state_->limits.disconnect();
  // The table of shards and the handle to this one are references in a circle.
  state_->shards.clear();
  state_->shard = nullptr;
  state_ = nullptr;
  config_ = {};
}

} // namespace

caf::actor spawn_shard(shard_config config) {
  auto& home = *config.home;
  return spawn_pinned<shard_actor>(home, std::move(config));
}

} // namespace troupe::supervision
