#include "troupe/supervision/node_core.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include "troupe/net/connection_context.hpp"
#include "troupe/net/line_port.hpp"
#include "troupe/net/listener.hpp"
#include "troupe/net/message_connection.hpp"
#include "troupe/supervision/cluster/basp_link.hpp"
#include "troupe/supervision/config_checks.hpp"
#include "troupe/supervision/descriptor_limit.hpp"
#include "troupe/supervision/registry.hpp"
#include "troupe/supervision/signals.hpp"

namespace troupe {

using namespace supervision;

namespace {

/// Messages that a pool actor handles before others get its thread.
constexpr std::size_t max_throughput = 64;

/// For the supervisor's word, which waits for the threads' for 10 seconds.
constexpr std::chrono::seconds application_wait{15};

config checked(config settings, std::vector<std::string>& problems) {
  for (const auto& problem : finish(settings))
    problems.push_back(to_string(problem, "configuration"));
  for (const auto& warning : warnings_of(settings))
    spdlog::warn("{}", warning);
  for (const auto& warning : fit_limits(settings, raise_descriptor_limit()))
    spdlog::warn("{}", warning);
  return settings;
}

/// Answers exactly once: if it is dropped unused (the node has stopped), with an error.
template<class T>
class promised {
public:
  std::future<caf::expected<T>> future() { return promise_.get_future(); }

  promised() = default;
  promised(const promised&) = delete;
  promised& operator=(const promised&) = delete;
  ~promised() {
    if (!answered_)
      promise_.set_value(
          caf::make_error(caf::sec::request_receiver_down, std::string{"the node has stopped"}));
  }

  void answer(caf::expected<T> result) {
    answered_ = true;
    promise_.set_value(std::move(result));
  }

private:
  std::promise<caf::expected<T>> promise_;
  bool answered_ = false;
};

} // namespace

node::implementation::implementation(node_config config)
    : settings(checked(std::move(config), problems)), metrics(settings) {
  settings.session.cursor_key = settings.cluster.key ? settings.cluster.key->derive("list cursors")
                                                     : protocol::random_cursor_key();
  session_options_ = std::make_shared<const session_options>(settings.session);
  connection_options_ = std::make_shared<const net::connection_options>(settings.connection);
  // The default policy polls; this one sleeps until there is work.
  actor_config_.set("scheduler.policy", caf::atom("sharing"));
  actor_config_.set("scheduler.max-threads", settings.effective_pool_threads());
  actor_config_.set("scheduler.max-throughput", max_throughput);
  actor_config_.set("logger.console-verbosity", caf::atom("quiet"));
  actor_config_.set("logger.file-verbosity", caf::atom("quiet"));
  if (settings.cluster.key) {
    prepare_for_nodes(actor_config_);
    cluster.add_to(metrics.collector());
    copies.add_to(metrics.collector());
  }
  const signals_blocked_here guard;
  system_ = std::make_unique<caf::actor_system>(actor_config_);
}

// -- how the actors are made ------------------------------------------------------------------------

supervisor_config node::implementation::describe_actors() {
  supervisor_config result;
  result.shards = static_cast<std::uint32_t>(units_.size());
  result.restarts = settings.supervision;
  result.on_restart = [this](supervised what) { metrics.actor_restarted(what); };
  result.on_give_up = [this](const std::string& why) { give_up(why); };
  result.start_registry = [this] {
    registry_config registry;
    registry.limits = settings.limits.by_limit();
    registry.shards = static_cast<std::uint32_t>(units_.size());
    registry.of_cluster = gate_ && settings.cluster.limits == cluster_limits::cluster;
    registry.on_mailbox_depth = [this](std::size_t depth) {
      metrics.mailbox_depth(supervised::registry, depth);
    };
    return spawn_registry(*system_, std::move(registry));
  };
  result.start_dispatcher = [this] {
    dispatcher_options options;
    options.max_restarts = settings.handlers.max_restarts;
    options.restart_window = settings.handlers.restart_window;
    options.on_handler_restart = [this] { metrics.handler_restarted(); };
    options.on_mailbox_depth = [this](std::size_t depth) {
      metrics.mailbox_depth(supervised::dispatcher, depth);
    };
    return spawn_dispatcher(*system_, std::move(options), catalog_);
  };
  if (hooks.any())
    result.start_hooks = [this] {
      hook_runner_config runner;
      runner.hooks = hooks;
      runner.on_queue_depth = [this](std::size_t depth) {
        metrics.mailbox_depth(supervised::hooks, depth);
      };
      runner.on_dropped = [this] { metrics.hook_event_dropped(); };
      return spawn_hook_runner(*system_, std::move(runner));
    };
  if (gate_)
    result.start_cluster = [this](const caf::actor& supervisor) {
      return start_cluster(supervisor);
    };
  result.start_shard = [this](std::uint32_t index, const caf::actor& registry,
                              const caf::actor& runner) {
    return spawn_shard(describe_shard(index, registry, runner));
  };
  return result;
}

shard_config node::implementation::describe_shard(std::uint32_t index, const caf::actor& registry,
                                                  const caf::actor& client_hooks) {
  auto& unit = *units_[index];
  auto& cells = metrics.thread(index);
  shard_config result;
  result.index = index;
  result.count = static_cast<std::uint32_t>(units_.size());
  result.home = &unit;
  result.registry = registry;
  result.hooks = client_hooks;
  result.options = session_options_;
  result.observer = &cells.session;
  result.catalog = catalog_->get();
  result.blocks = {lease_block(settings.limits.max_connections, units_.size()),
                   lease_block(settings.limits.max_sessions, units_.size()),
                   lease_block(settings.limits.max_uninitialized_sessions, units_.size()),
                   lease_block(settings.limits.max_calls_in_flight, units_.size()),
                   lease_block(settings.limits.max_tasks, units_.size())};
  result.now = clock::now();
  result.on_tick = [&unit](net::io_unit::tick_function tick) { unit.on_tick(std::move(tick)); };
  result.after_tick = [&cells](const quota& limits, std::size_t depth) {
    cells.show_limits(limits);
    cells.show_mailbox(depth);
  };
  result.bind = [this, index](const shard_state_ptr& state, const net::tcp::endpoint& where) {
    auto context = make_context(index, state);
    if (local_)
      return net::listener::open(std::move(context), local_, settings.listener);
    net::tls_context_ptr tls;
    {
      const std::lock_guard guard{mutex_};
      tls = tls_;
    }
    return net::listener::open(std::move(context), where, settings.listener, std::move(tls));
  };
  if (gate_) {
    result.cluster_key = settings.cluster.key;
    result.node = gate_->self().number;
    result.nodes = cluster.table();
    // Sessions are spread evenly by their ids.
    const auto& of = settings.cluster;
    if (of.copies)
      result.copies.emplace(session_copies::bounds{of.max_copies / units_.size() + 1,
                                                   of.max_copies_bytes / units_.size()});
    result.copy_counts = &copies;
    result.tell_cluster = [this](caf::message news) { tell_cluster(std::move(news)); };
  }
  result.open_stdio = [this, index](const shard_state_ptr& state) { open_stdio(index, state); };
  const std::lock_guard guard{mutex_};
  result.keys = keys_;
  result.serve = serving_;
  return result;
}

net::connection_context_ptr node::implementation::make_context(std::uint32_t index,
                                                               const shard_state_ptr& state) {
  return std::make_shared<net::connection_context>(
      units_[index]->loop(), state, connection_options_, metrics.thread(index).connection);
}

/// Who serves its standard input lives as long as there is any. That its connection ends by a failure
/// ends the node too: nobody could reach it any more.
void node::implementation::open_stdio(std::uint32_t index, const shard_state_ptr& state) {
  const auto context = make_context(index, state);
  const auto connection = net::spawn_message_connection(
      context, transport_kind::stdio, [&](net::message_port::user& user) {
        return net::make_line_port(user, context, stdio_->open(context->loop()),
                                   {std::nullopt, [this] { begin_stop({}); }});
      });
  connection->attach_functor([this](const caf::error& reason) {
    if (!reason || reason == caf::exit_reason::normal) {
      begin_stop({});
      return;
    }
    {
      const std::lock_guard guard{mutex_};
      if (phase_ != phase::serving)
        return;
    }
    give_up("the connection on standard input and output failed");
  });
}

void node::implementation::on_supervisor_end() {
  {
    const std::lock_guard guard{mutex_};
    if (phase_ != phase::serving)
      return;
  }
  give_up("the supervisor has died");
}

// -- what the application asks for ------------------------------------------------------------------

std::future<caf::expected<std::uint64_t>> node::implementation::update(handler_set changes) {
  const auto result = std::make_shared<promised<std::uint64_t>>();
  auto future = result->future();
  if (!changes.errors().empty()) {
    std::string text;
    for (const auto& error : changes.errors())
      text += (text.empty() ? "" : "; ") + error;
    result->answer(caf::make_error(caf::sec::invalid_argument, std::move(text)));
    return future;
  }
  const std::lock_guard guard{mutex_};
  if (supervisor_)
    caf::anon_send(supervisor_, catalog_request{{changes.changes()}, [result](auto answer) {
                                                  result->answer(std::move(answer));
                                                }});
  return future;
}

std::future<caf::expected<notify_status>> node::implementation::notify(notify_client request) {
  const auto result = std::make_shared<promised<notify_status>>();
  auto future = result->future();
  const std::lock_guard guard{mutex_};
  if (supervisor_)
    caf::anon_send(supervisor_, notify_request{std::move(request), [result](auto answer) {
                                                 result->answer(std::move(answer));
                                               }});
  return future;
}

void node::implementation::resource_updated(std::string uri, bool everywhere) {
  const std::lock_guard guard{mutex_};
  if (supervisor_)
    caf::anon_send(supervisor_, troupe::resource_updated{std::move(uri), everywhere});
}

void node::implementation::use_keys(std::shared_ptr<const protocol::key_ring> keys) {
  const std::lock_guard guard{mutex_};
  keys_ = keys;
  if (supervisor_)
    caf::anon_send(supervisor_, keys_changed{std::move(keys)});
}

void node::implementation::use_tls(net::tls_context_ptr tls) {
  const std::lock_guard guard{mutex_};
  tls_ = tls;
  if (supervisor_)
    caf::anon_send(supervisor_, tls_changed{std::move(tls)});
}

bool node::implementation::wait_until_used() {
  auto result = std::make_shared<promised<bool>>();
  auto future = result->future();
  {
    const std::lock_guard guard{mutex_};
    if (supervisor_)
      caf::anon_send(supervisor_, up_to_date_request{[result] { result->answer(true); }});
  }
  result = nullptr; // if it is dropped, that is known at once
  return future.wait_for(application_wait) == std::future_status::ready && future.get().engaged();
}

caf::actor node::implementation::supervisor() {
  const std::lock_guard guard{mutex_};
  return supervisor_;
}

} // namespace troupe
