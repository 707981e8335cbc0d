#include "troupe/supervision/node_metrics.hpp"

#include "troupe/metrics/exposition.hpp"
#include "troupe/metrics/process_figures.hpp"
#include "troupe/supervision/build_info.hpp"
#include "troupe/supervision/logging.hpp"
#include "troupe/supervision/metric_labels.hpp"

namespace troupe::supervision {
namespace {

std::size_t index(supervised what) noexcept {
  return static_cast<std::size_t>(what);
}

void add_limit(metrics::collector& to, limit what, std::size_t value) {
  to.add_gauge("troupe_limit", "The limit in force.", {{"limit", std::string{to_string(what)}}},
               [value] { return static_cast<double>(value); });
}

} // namespace

void thread_metrics::show_limits(const quota& limits) noexcept {
  for (std::size_t at = 0; at < limit_count; ++at)
    cells.limits_used[at].set(limits.used(static_cast<limit>(at)));
  cells.sessions.set(limits.used(limit::sessions));
}

node_metrics::node_metrics(const config& settings)
    : collector_(std::make_shared<metrics::collector>(metric_labels())),
      sources_{collector_, std::make_shared<metrics::process_figures>()} {
  for (std::size_t thread = 0; thread < settings.effective_io_threads(); ++thread)
    threads_.push_back(std::make_unique<thread_metrics>(collector_->add_thread()));
  add_limit(*collector_, limit::connections, settings.limits.max_connections);
  add_limit(*collector_, limit::sessions, settings.limits.max_sessions);
  add_limit(*collector_, limit::uninitialized_sessions, settings.limits.max_uninitialized_sessions);
  add_limit(*collector_, limit::calls, settings.limits.max_calls_in_flight);
  add_limit(*collector_, limit::tasks, settings.limits.max_tasks);
  collector_->add_counter("troupe_log_dropped_total", "Log lines lost because stderr was too slow.",
                          {}, [] { return static_cast<double>(dropped_log_lines()); });
  collector_->add_gauge("troupe_build_info", "The build that runs; always 1.",
                        {{"version", std::string{build_version()}},
                         {"revision", std::string{build_revision()}},
                         {"compiler", std::string{build_compiler()}}},
                        [] { return 1.0; });
}

void node_metrics::handler_restarted() noexcept {
  collector_->node().handler_restarts.add();
}

void node_metrics::hook_event_dropped() noexcept {
  collector_->node().hook_events_dropped.add();
}

void node_metrics::actor_restarted(supervised what) noexcept {
  collector_->node().actor_restarts[index(what)].add();
}

void node_metrics::mailbox_depth(supervised what, std::size_t depth) noexcept {
  collector_->node().mailbox_depths[index(what)].set(depth);
}

node_figures node_metrics::figures() const noexcept {
  node_figures sum;
  for (const auto& thread : threads_) {
    const auto& cells = thread->cells;
    for (std::size_t at = 0; at < cells.connections.size(); ++at)
      sum.connections += cells.connections[at].value();
    sum.sessions += cells.sessions.value();
    sum.streams += cells.streams.value();
    sum.calls += cells.calls.value();
    for (std::size_t at = 0; at < cells.requests.size(); ++at)
      sum.requests += cells.requests[at].value();
  }
  return sum;
}

std::string node_metrics::exposition() const {
  return metrics::exposition(sources_);
}

} // namespace troupe::supervision
