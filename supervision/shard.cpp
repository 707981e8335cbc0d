#include "troupe/supervision/shard.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/system/system_error.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/client_number.hpp"
#include "troupe/actors/exchange.hpp"
#include "troupe/actors/session_adoption.hpp"
#include "troupe/actors/session_takeover.hpp"
#include "troupe/actors/stateless_requests.hpp"
#include "troupe/actors/task_adoption.hpp"
#include "troupe/protocol/task.hpp"
#include "troupe/supervision/shard_actor.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

namespace {

/// listener → shard: the port is closed, and who was in the queue has been accepted.
struct port_closed {};

} // namespace

} // namespace troupe::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::port_closed)

namespace troupe::supervision {

shard_actor::shard_actor(caf::actor_config& config, shard_config settings)
    : pinned(config), config_(std::move(settings)) {
  log_the_unexpected(*this);
}

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
      [this](const net::connection_move& move) {
        if (listener_)
          listener_->take(move);
        else
          net::send_back(move);
      },
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
      [this](nodes_changed& change) { state_->use_nodes(std::move(change.nodes)); },
      [this](keys_changed& change) { state_->keys = std::move(change.keys); },
      [this](tls_changed& change) {
        if (listener_)
          listener_->use_tls(std::move(change.tls));
      },
      [this](hooks_changed& change) { state_->hooks = std::move(change.hooks); },
      [this](shards_changed& change) { state_->shards = std::move(change.shards); },
      [this](const catalog_changed& change) { on_catalog(change); },
      [this](const catalog_query&) {
        return catalog_in_use{state_->catalog ? state_->catalog->version : 0};
      },
      [this](const lists_changed& change) { tell_of(change.changes); },
      [this](const resource_updated& event) { on_resource(event); },
      [this](tell_more) {
        publications_.go_on(*this);
        yield(); // the portion is handled first
      },
      [this](const handler_gone& gone) {
        for_each_child([&](const caf::actor& child) { send(child, gone); });
      },
      [this](const notify_client& request) { return on_notify(request); },
      [this](task_request& request) { return on_task_request(request); },
      [this](const task_changed& change) {
        if (state_->listeners.has_task(change.task))
          state_->listeners.publish_task(
              change.task, protocol::make_tagged_notification(protocol::task_notification_method,
                                                              change.members));
      },
      [this](const report_request&) {
        const auto& limits = state_->limits;
        return shard_report{limits.used(limit::connections), state_->sessions.size(),
                            limits.used(limit::uninitialized_sessions), limits.used(limit::calls)};
      },
      [this](adoption& request) { adopt_session(state_, request); },
      [this](task_adoption& request) { adopt_task(state_, request); },
      [this](copy_arrival& arrived) { keep_copy(*state_, arrived); },
      [this](const copy_removal& gone) { drop_copy(*state_, gone); },
      [this](const owner_doubtful& lost) { forget_copies(*state_, lost); },
      [this](const owner_died& dead) { take_over(state_, dead); },
      [this](const copy_placement& placement) { place_copy(*this, state_, placement); },
      [this](report_holdings) { state_->on_foreign_changed(); },
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
      [this](const serve_stdio&) {
        if (config_.open_stdio && !state_->draining)
          config_.open_stdio(state_);
      },
      [this](const drain&) { return on_drain(); },
      [this](const drain_timeout&) { return on_drain_timeout(); },
      [this](port_closed) {
        listener_ = nullptr;
        check_whether_empty();
      },
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
  state_->server_info = make_server_info(*config_.options);
  state_->keys = config_.keys;
  if (config_.cluster_key)
    state_->seal.emplace(*config_.cluster_key);
  state_->node = config_.node;
  if (config_.copies)
    state_->copy_sessions(*config_.copies, *config_.copy_counts);
  state_->use_nodes(config_.nodes);
  state_->on_foreign_changed = [this] {
    if (config_.tell_cluster)
      config_.tell_cluster(
          caf::make_message(session_holdings{config_.index, state_->foreign_owners()}));
  };
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
  if (listener_)
    listener_->drain([to = state_->shard] { caf::anon_send(to, port_closed{}); });
  publications_.finish(*this);
  for_each_child([this](const caf::actor& child) { send(child, drain{}); });
  if (state_->children.empty() && !listener_)
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
  for_each_child([&](const caf::actor& child) {
    caf::anon_send(child, caf::exit_msg{address(), reason});
  });
}

void shard_actor::check_whether_empty() {
  if (!state_->children.empty() || (listener_ && !ending_))
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
  state_->on_foreign_changed = nullptr; // children may outlive this
  state_->moved.clear();
  state_ = nullptr;
  publications_ = {};
  config_ = {};
}

caf::actor spawn_shard(shard_config config) {
  auto& home = *config.home;
  return spawn_pinned<shard_actor>(home, std::move(config));
}

} // namespace troupe::supervision
