#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "troupe/supervision/node_core.hpp"
#include "troupe/supervision/signals.hpp"
#include "troupe/supervision/terminator.hpp"

namespace troupe {

using namespace supervision;

namespace {

template<class T>
void keep_for_ever(std::unique_ptr<T> what) {
  static auto& kept = *new std::vector<std::unique_ptr<T>>;
  kept.push_back(std::move(what));
}

} // namespace

node::implementation::~implementation() {
  begin_stop({});
  wait();
}

void node::implementation::begin_stop(std::optional<std::chrono::milliseconds> limit) {
  const signals_blocked_here signals;
  const auto within = limit.value_or(settings.shutdown.limit);
  std::unique_lock guard{mutex_};
  if (phase_ == phase::stopping || phase_ == phase::stopped || phase_ == phase::joined)
    return;
  ready_ = false;
  if (!supervisor_) { // it has never been started
    phase_ = phase::stopped;
    changed_.notify_all();
    return;
  }
  phase_ = phase::stopping;
  stop_deadline_ = std::chrono::steady_clock::now() + within;
  watchdog_ = std::make_unique<watchdog>(within + settings.shutdown.watchdog,
                                         "the actors of the node to end");
  if (gate_)
    gate_->close();
  spdlog::info("stopping, with a limit of {} ms", within.count());
  terminator_config config;
  config.supervisor = supervisor_;
  config.limit = within;
  config.on_done = [this](const shutdown_report& report) { on_terminated(report); };
  spawn_terminator(*system_, std::move(config));
}

void node::implementation::give_up(const std::string& why) {
  {
    const std::lock_guard guard{mutex_};
    if (report_.failure.empty())
      report_.failure = why;
  }
  begin_stop({});
}

void node::implementation::on_terminated(const shutdown_report& report) {
  std::function<void()> tell;
  {
    const std::lock_guard guard{mutex_};
    report_.killed = report.killed;
    report_.left = report.hung;
    phase_ = phase::stopped;
    tell = on_stopped_;
    changed_.notify_all();
  }
  if (tell)
    tell();
}

void node::implementation::set_on_stopped(std::function<void()> hook) {
  {
    const std::lock_guard guard{mutex_};
    if (phase_ != phase::stopped && phase_ != phase::joined) {
      on_stopped_ = std::move(hook);
      return;
    }
  }
  hook();
}

stop_report node::implementation::wait() {
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return phase_ == phase::stopped || phase_ == phase::joined; });
  if (phase_ == phase::joined)
    return report_;
  supervisor_ = nullptr;
  guard.unlock();
  admin_.reset();
  catalog_->set(catalog_ptr{new catalog});
  handlers = {};
  join_actors();
  join_threads();
  guard.lock();
  phase_ = phase::joined;
  return report_;
}

/// The actors of the node are gone; those of handlers, calls and the application may need a moment.
void node::implementation::join_actors() {
  using std::chrono::milliseconds;
  const auto deadline =
      std::max(stop_deadline_, std::chrono::steady_clock::now() + std::chrono::seconds{1});
  auto& registry = system_->registry();
  auto pause = milliseconds{1};
  while (registry.running() > 0) {
    if (std::chrono::steady_clock::now() >= deadline) {
      const auto number = registry.running();
      const auto text = std::to_string(number) + (number == 1 ? " actor" : " actors") +
                        " of handlers, calls or the application";
      spdlog::warn("still there after the shutdown: {}; end them when the node stops", text);
      report_.left.push_back(text);
      return;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, milliseconds{50});
  }
}

void node::implementation::join_threads() {
  if (watchdog_)
    watchdog_->now_waiting_for("the I/O threads");
  for (const auto& unit : units_)
    unit->stop();
  for (const auto& unit : units_)
    unit->join();
  if (!report_.left.empty()) {
    // Whoever is left may still use them, and CAF would wait for it for ever.
    for (auto& unit : units_)
      keep_for_ever(std::move(unit));
    keep_for_ever(std::move(system_));
  }
  gate_.reset();
  if (watchdog_)
    watchdog_->now_waiting_for("CAF's threads to end");
  units_.clear();
  system_.reset();
  stdio_.reset();
  local_.reset();
  watchdog_.reset();
}

} // namespace troupe
