#include "troupe/supervision/supervisor.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <caf/default_attachable.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/messages.hpp"
#include "troupe/actors/peer_messages.hpp"
#include "troupe/actors/remote_messages.hpp"
#include "troupe/actors/restart_intensity.hpp"
#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

std::string_view to_string(supervised what) noexcept {
  switch (what) {
  case supervised::registry:
    return "registry";
  case supervised::dispatcher:
    return "dispatcher";
  case supervised::hooks:
    return "hook_runner";
  case supervised::shard:
    return "shard";
  case supervised::cluster:
    return "cluster";
  }
  return "unknown";
}

namespace {

/// How long the dispatcher or a session may take for what the application asks of it.
constexpr std::chrono::seconds application_timeout{10};
/// Requests of the application that wait for their answer.
constexpr std::size_t max_application_requests = 4096;

struct supervisor_state {
  static inline const char* name = "supervisor";

  caf::event_based_actor* self;
  supervisor_config config;
  supervised_actors actors;
  restart_intensity restarts{0, {}};
  bool stopping = false;
  std::size_t asked = 0; ///< by the application, not answered yet

  explicit supervisor_state(caf::event_based_actor* parent) : self(parent) {}

  // -- start --------------------------------------------------------------------------------------

  /// Monitored, and told to exit should the supervisor itself die: nothing is left unsupervised. Not
  /// linked, because CAF does not let one survive a linked actor that was killed.
  caf::actor watched(caf::actor started) {
    self->monitor(started);
    self->attach(caf::default_attachable::make_link(self->address(), started.address()));
    return started;
  }

  void start_all() {
    actors.registry = watched(config.start_registry());
    if (config.start_hooks)
      actors.hooks = watched(config.start_hooks());
    for (std::uint32_t index = 0; index < config.shards; ++index)
      actors.shards.push_back(start_shard(index));
    actors.dispatcher = watched(config.start_dispatcher());
    if (config.start_cluster)
      actors.cluster = watched(config.start_cluster(self));
    introduce_shards();
    introduce_cluster();
    introduce_registry();
  }

  caf::actor start_shard(std::uint32_t index) {
    return watched(config.start_shard(index, actors.registry, actors.hooks));
  }

  void introduce_shards() {
    for (const auto& shard : actors.shards)
      tell(shard, shards_changed{actors.shards});
    tell(actors.dispatcher, shards_changed{actors.shards});
    tell(actors.cluster, shards_changed{actors.shards});
  }

  void introduce_cluster() {
    if (!actors.cluster || !actors.dispatcher)
      return;
    self->send(actors.dispatcher, cluster_changed{actors.cluster});
    self->send(actors.cluster, dispatcher_changed{actors.dispatcher});
  }

  void introduce_registry() {
    if (actors.registry)
      tell(actors.cluster, registry_changed{actors.registry});
  }

  template<class Message>
  void tell(const caf::actor& whom, Message what) {
    if (whom)
      self->send(whom, std::move(what));
  }

  // -- death and restart --------------------------------------------------------------------------

  void on_down(const caf::down_msg& down) {
    self->unlink_from(down.source);
    const auto is_it = [&](const caf::actor& one) { return one && one.address() == down.source; };
    const auto shard = std::find_if(actors.shards.begin(), actors.shards.end(), is_it);
    if (shard != actors.shards.end())
      on_shard_down(*shard, static_cast<std::uint32_t>(shard - actors.shards.begin()), down.reason);
    else if (is_it(actors.dispatcher))
      on_dispatcher_down(down.reason);
    else if (is_it(actors.registry))
      on_registry_down(down.reason);
    else if (is_it(actors.hooks))
      on_hooks_down(down.reason);
    else if (is_it(actors.cluster))
      on_cluster_down(down.reason);
  }

  void on_shard_down(caf::actor& shard, std::uint32_t index, const caf::error& reason) {
    shard = nullptr;
    if (!may_restart(supervised::shard, reason))
      return;
    shard = start_shard(index);
    introduce_shards();
  }

  void on_dispatcher_down(const caf::error& reason) {
    actors.dispatcher = nullptr;
    if (!may_restart(supervised::dispatcher, reason))
      return;
    actors.dispatcher = watched(config.start_dispatcher());
    tell(actors.dispatcher, shards_changed{actors.shards});
    introduce_cluster();
  }

  void on_registry_down(const caf::error& reason) {
    actors.registry = nullptr;
    if (!may_restart(supervised::registry, reason))
      return;
    actors.registry = watched(config.start_registry());
    for (const auto& shard : actors.shards)
      tell(shard, registry_changed{actors.registry});
    introduce_registry();
  }

  void on_hooks_down(const caf::error& reason) {
    actors.hooks = nullptr;
    if (!may_restart(supervised::hooks, reason))
      return;
    actors.hooks = watched(config.start_hooks());
    for (const auto& shard : actors.shards)
      tell(shard, hooks_changed{actors.hooks});
  }

  /// Its peers have ended with it: it begins with the seeds.
  void on_cluster_down(const caf::error& reason) {
    actors.cluster = nullptr;
    if (!may_restart(supervised::cluster, reason))
      return;
    actors.cluster = watched(config.start_cluster(self));
    tell(actors.cluster, shards_changed{actors.shards});
    introduce_cluster();
    introduce_registry();
  }

  bool may_restart(supervised what, const caf::error& reason) {
    if (stopping)
      return false;
    const auto why = self->system().render(reason);
    if (!restarts.restart(self->clock().now())) {
      give_up(what, why);
      return false;
    }
    spdlog::error("actor={} died and is restarted: {}", to_string(what), why);
    if (config.on_restart)
      config.on_restart(what);
    return true;
  }

  void give_up(supervised what, const std::string& why) {
    stopping = true;
    const auto text = "more than " + std::to_string(config.restarts.max_restarts) +
                      " restarts within " + std::to_string(config.restarts.restart_window.count()) +
                      " ms; the last to die was the " + std::string{to_string(what)} + ": " + why;
    spdlog::critical("the node gives up: {}", text);
    if (config.on_give_up)
      config.on_give_up(text);
  }

  // -- on behalf of the application ---------------------------------------------------------------

  template<class Answer, class Request, class Done, class Take>
  void ask_dispatcher(Request&& request, Done done, Take take) {
    if (!actors.dispatcher || asked >= max_application_requests) {
      done(caf::make_error(caf::sec::runtime_error,
                           std::string{"the node is too busy or stopping"}));
      return;
    }
    ++asked;
    self->request(actors.dispatcher, application_timeout, std::forward<Request>(request))
        .then(
            [this, done, take](const Answer& answer) {
              --asked;
              done(take(answer));
            },
            [this, done](caf::error& error) {
              --asked;
              done(std::move(error));
            });
  }

  void update(catalog_request& request) {
    ask_dispatcher<catalog_updated>(
        std::move(request.change),
        [this, answer = std::move(request.answer)](caf::expected<std::uint64_t> version) {
          if (version) // the dispatcher has sent the catalog to the shards
            when_shards_are_up_to_date([answer, version = *version] { answer(version); });
          else
            answer(std::move(version));
        },
        [](const catalog_updated& done) { return done.version; });
  }

  /// What they are asked from now on comes behind all that they have been sent.
  void when_shards_are_up_to_date(const std::function<void()>& then) {
    ++asked;
    const auto left = std::make_shared<std::size_t>(1);
    const auto one_less = [this, left, then] {
      if (--*left > 0)
        return;
      --asked;
      then();
    };
    for (const auto& shard : actors.shards) {
      if (!shard)
        continue;
      ++*left;
      self->request(shard, application_timeout, catalog_query{})
          .then([one_less](const catalog_in_use&) { one_less(); },
                [one_less](const caf::error&) { one_less(); }); // its successor begins with all
    }
    one_less();
  }

  void notify(notify_request& request) {
    ask_dispatcher<notified>(std::move(request.notification), std::move(request.answer),
                             [](const notified& done) { return done.status; });
  }
};

caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, supervisor_config config) {
  log_the_unexpected(*self);
  auto& state = self->state;
  state.config = std::move(config);
  state.restarts =
      restart_intensity{state.config.restarts.max_restarts, state.config.restarts.restart_window};
  self->set_down_handler([self](const caf::down_msg& down) { self->state.on_down(down); });
  state.start_all();
  return {
      [self](const supervised_query&) { return self->state.actors; },
      [self](const stop_restarting&) {
        self->state.stopping = true;
        return self->state.actors;
      },
      [self](catalog_request& request) { self->state.update(request); },
      [self](notify_request& request) { self->state.notify(request); },
      [self](const keys_changed& change) {
        for (const auto& shard : self->state.actors.shards)
          self->state.tell(shard, change);
      },
      [self](const tls_changed& change) {
        for (const auto& shard : self->state.actors.shards)
          self->state.tell(shard, change);
      },
      [self](const up_to_date_request& request) {
        self->state.when_shards_are_up_to_date(request.answer);
      },
      [self](resource_updated& event) {
        auto& actors = self->state.actors;
        if (event.everywhere)
          self->state.tell(actors.cluster, published{event.uri});
        self->state.tell(actors.dispatcher, std::move(event));
      },
      [self](const nodes_changed& change) {
        for (const auto& shard : self->state.actors.shards)
          self->state.tell(shard, change);
      },
      [self](for_cluster& told) {
        if (self->state.actors.cluster)
          self->send(self->state.actors.cluster, std::move(told.content));
      },
  };
}

} // namespace

caf::actor spawn_supervisor(caf::actor_system& system, supervisor_config config) {
  return system.spawn(supervisor, std::move(config));
}

} // namespace troupe::supervision
