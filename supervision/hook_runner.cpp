#include "troupe/supervision/hook_runner.hpp"

#include <deque>
#include <exception>
#include <utility>
#include <variant>

#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/spdlog.h>

#include "troupe/supervision/messages.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

namespace {

// -- the worker, which runs user code -------------------------------------------------------------

template<class Call>
void guarded(const char* hook, const client_identity& client, Call&& call) {
  try {
    call();
  } catch (const std::exception& thrown) {
    spdlog::error("hook={} client={} threw: {}", hook, client.id, thrown.what());
  } catch (...) {
    spdlog::error("hook={} client={} threw something that is no std::exception", hook, client.id);
  }
}

struct worker_state {
  static inline const char* name = "hook_worker";
};

caf::behavior worker(caf::stateful_actor<worker_state>* self, client_hooks hooks) {
  log_the_unexpected(*self);
  return {
      [hooks](const client_connected& event) {
        if (hooks.connected)
          guarded("connected", event.client, [&] { hooks.connected(event.client); });
        return hook_done{};
      },
      [hooks](const client_initialized& event) {
        if (hooks.initialized)
          guarded("initialized", event.client, [&] { hooks.initialized(event.client); });
        return hook_done{};
      },
      [hooks](const client_disconnected& event) {
        if (hooks.disconnected)
          guarded("disconnected", event.client,
                  [&] { hooks.disconnected(event.client, event.reason); });
        return hook_done{};
      },
  };
}

// -- the owner of the queue -----------------------------------------------------------------------

using client_event = std::variant<client_connected, client_initialized, client_disconnected>;

struct hook_runner_state {
  static inline const char* name = "hook_runner";

  caf::event_based_actor* self;
  hook_runner_config config;
  caf::actor runs;
  std::deque<client_event> queue;
  bool busy = false;
  std::size_t dropped = 0; ///< since the last event that found room
  caf::response_promise drained_promise;

  explicit hook_runner_state(caf::event_based_actor* parent) : self(parent) {}

  void start_worker() {
    // Linked: neither makes sense without the other.
    runs = config.own_thread ? self->spawn<caf::detached + caf::linked>(worker, config.hooks)
                             : self->spawn<caf::linked>(worker, config.hooks);
  }

  void take(client_event next) {
    if (queue.size() >= config.max_queued) {
      if (config.on_dropped)
        config.on_dropped();
      if (dropped++ == 0)
        spdlog::warn("client hooks are slower than clients come and go: {} events wait, further "
                     "ones are dropped; make the hooks quicker",
                     queue.size());
      return;
    }
    if (dropped > 0) {
      spdlog::warn("{} client events were dropped before the hooks caught up", dropped);
      dropped = 0;
    }
    queue.push_back(std::move(next));
    if (config.on_queue_depth)
      config.on_queue_depth(queue.size());
    if (!busy)
      run_next();
  }

  void run_next() {
    busy = !queue.empty();
    if (!busy) {
      if (drained_promise.pending())
        drained_promise.deliver(drained{});
      return;
    }
    std::visit([this](auto& next) { self->send(runs, std::move(next)); }, queue.front());
    queue.pop_front();
  }
};

caf::behavior hook_runner(caf::stateful_actor<hook_runner_state>* self, hook_runner_config config) {
  log_the_unexpected(*self);
  self->state.config = std::move(config);
  self->state.start_worker();
  return {
      [self](client_connected& event) { self->state.take(std::move(event)); },
      [self](client_initialized& event) { self->state.take(std::move(event)); },
      [self](client_disconnected& event) { self->state.take(std::move(event)); },
      [self](hook_done) { self->state.run_next(); },
      [self](drain) -> caf::result<drained> {
        auto& state = self->state;
        if (!state.busy)
          return drained{};
        state.drained_promise = self->make_response_promise();
        return caf::delegated<drained>{};
      },
  };
}

} // namespace

caf::actor spawn_hook_runner(caf::actor_system& system, hook_runner_config config) {
  return system.spawn(hook_runner, std::move(config));
}

} // namespace troupe::supervision
