#include "troupe/supervision/terminator.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/spdlog.h>

#include "troupe/actors/messages.hpp"
#include "troupe/supervision/unexpected.hpp"

namespace troupe::supervision {

namespace {

/// terminator → itself: the time of a step is over.
struct step_over {
  int step = 0;
};

} // namespace

} // namespace troupe::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervision::step_over)

namespace troupe::supervision {

namespace {

struct named_actor {
  std::string name;
  caf::actor handle;
};

struct terminator_state {
  static inline const char* name = "terminator";

  caf::event_based_actor* self;
  terminator_config config;
  supervised_actors actors;
  shutdown_report report;
  caf::actor_clock::time_point begun{};
  std::vector<caf::actor> draining; ///< shards that have not answered yet
  std::vector<caf::actor> late;     ///< shards that were not drained in time
  std::size_t unnamed = 0;          ///< shards that have not said what they killed
  std::vector<named_actor> alive;   ///< told to exit, not gone yet
  int step = 0;

  explicit terminator_state(caf::event_based_actor* parent) : self(parent) {}

  void ask_supervisor() {
    begun = self->clock().now();
    self->request(config.supervisor, config.grace, stop_restarting{})
        .then(
            [this](supervised_actors& found) {
              actors = std::move(found);
              drain_shards();
            },
            [this](const caf::error& error) {
              spdlog::error("the supervisor does not answer ({}): ending the node without draining",
                            self->system().render(error));
              exit_all();
            });
  }

  // -- drain --------------------------------------------------------------------------------------

  void drain_shards() {
    for (const auto& shard : actors.shards)
      if (shard)
        draining.push_back(shard);
    if (draining.empty()) {
      drain_hooks();
      return;
    }
    for (const auto& shard : draining) {
      self->monitor(shard); // one that dies answers nothing
      self->request(shard, config.limit, drain{})
          .then([this, shard](const drained&) { shard_is_done(shard); },
                [this, shard](const caf::error& error) {
                  if (error == caf::sec::request_timeout)
                    late.push_back(shard);
                  shard_is_done(shard);
                });
    }
  }

  void shard_is_done(const caf::actor& shard) {
    if (std::erase(draining, shard) == 0 || !draining.empty())
      return;
    if (late.empty())
      drain_hooks();
    else
      kill_what_runs();
  }

  // -- kill ---------------------------------------------------------------------------------------

  void kill_what_runs() {
    spdlog::warn("the shutdown limit of {} ms is over: what still runs is killed",
                 config.limit.count());
    for (const auto& shard : std::exchange(late, {})) {
      ++unnamed;
      self->request(shard, config.grace, drain_timeout{})
          .then([this](const left_over& left) { names_are_known(left.names); },
                [this](const caf::error&) { names_are_known({"a shard that does not answer"}); });
    }
  }

  void names_are_known(const std::vector<std::string>& names) {
    for (const auto& killed : names) {
      spdlog::warn("killed at the shutdown limit: {}", killed);
      report.killed.push_back(killed);
    }
    if (--unnamed == 0)
      drain_hooks();
  }

  // -- hooks --------------------------------------------------------------------------------------

  std::chrono::milliseconds time_left() const {
    const auto elapsed = self->clock().now() - begun;
    return std::max(config.grace,
                    std::chrono::duration_cast<std::chrono::milliseconds>(config.limit - elapsed));
  }

  void drain_hooks() {
    if (!actors.hooks) {
      leave();
      return;
    }
    self->request(actors.hooks, time_left(), drain{})
        .then([this](const drained&) { leave(); },
              [this](const caf::error& error) {
                if (error == caf::sec::request_timeout) {
                  spdlog::warn("killed at the shutdown limit: a client hook that does not return");
                  report.killed.emplace_back("a client hook that does not return");
                }
                leave();
              });
  }

  // -- cluster ------------------------------------------------------------------------------------

  void leave() {
    if (!actors.cluster) {
      exit_all();
      return;
    }
    self->request(actors.cluster, config.grace, leave_cluster{})
        .then([this](const left_cluster&) { exit_all(); },
              [this](const caf::error& error) {
                spdlog::warn("the cluster was not left in order: {}", self->system().render(error));
                exit_all();
              });
  }

  // -- exit and force -----------------------------------------------------------------------------

  void exit_all() {
    for (std::size_t i = 0; i < actors.shards.size(); ++i)
      add("shard " + std::to_string(i), actors.shards[i]);
    add("dispatcher", actors.dispatcher);
    add("cluster", actors.cluster);
    add("hook runner", actors.hooks);
    add("registry", actors.registry);
    add("supervisor", config.supervisor);
    actors = {};
    config.supervisor = nullptr;
    for (const auto& actor : alive) {
      self->monitor(actor.handle);
      self->send_exit(actor.handle, caf::exit_reason::user_shutdown);
    }
    begin_step();
  }

  void add(std::string called, const caf::actor& handle) {
    if (handle)
      alive.push_back({std::move(called), handle});
  }

  void begin_step() { self->delayed_send(self, config.grace, step_over{++step}); }

  void on_down(const caf::actor_addr& gone) {
    if (const auto shard = caf::actor_cast<caf::actor>(gone))
      shard_is_done(shard);
    const auto ended = std::erase_if(
        alive, [&](const named_actor& actor) { return actor.handle.address() == gone; });
    if (ended > 0 && alive.empty())
      finish();
  }

  void on_step_over(int which) {
    if (which != step)
      return;
    if (step == 1) {
      for (const auto& actor : alive) {
        spdlog::warn("{} did not end when told to and is killed", actor.name);
        self->send_exit(actor.handle, caf::exit_reason::kill);
      }
      begin_step();
      return;
    }
    for (auto& actor : alive) {
      spdlog::error("{} hangs: it does not even react to being killed", actor.name);
      report.hung.push_back(std::move(actor.name));
    }
    finish();
  }

  void finish() {
    alive.clear();
    const auto took = self->clock().now() - begun;
    spdlog::info("{} after {} ms",
                 report.hung.empty() ? "all actors of the node have ended" : "gave up",
                 std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    self->quit();
    if (const auto done = std::exchange(config.on_done, nullptr))
      done(report);
  }
};

caf::behavior terminator(caf::stateful_actor<terminator_state>* self, terminator_config config) {
  log_the_unexpected(*self);
  self->state.config = std::move(config);
  self->set_down_handler([self](const caf::down_msg& down) { self->state.on_down(down.source); });
  self->state.ask_supervisor();
  return {[self](step_over over) { self->state.on_step_over(over.step); }};
}

} // namespace

caf::actor spawn_terminator(caf::actor_system& system, terminator_config config) {
  return system.spawn(terminator, std::move(config));
}

} // namespace troupe::supervision
