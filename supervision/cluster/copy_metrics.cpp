#include "troupe/supervision/cluster/copy_metrics.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::supervision {

namespace {

constexpr double nanoseconds_per_second = 1e9;

} // namespace

void copy_metrics::copy_sent(copy_outcome outcome, std::chrono::nanoseconds took) noexcept {
  add(sent_[static_cast<std::size_t>(outcome)]);
  if (outcome == copy_outcome::kept)
    add(nanoseconds_, static_cast<std::uint64_t>(took.count()));
}

void copy_metrics::copies_behind(std::uint32_t thread, time_point since) noexcept {
  if (thread < max_threads)
    behind_since_[thread].store(since.time_since_epoch().count(), std::memory_order_relaxed);
}

void copy_metrics::copies_kept(std::ptrdiff_t count, std::ptrdiff_t bytes) noexcept {
  kept_.fetch_add(count, std::memory_order_relaxed);
  kept_bytes_.fetch_add(bytes, std::memory_order_relaxed);
}

double copy_metrics::lag_seconds() const noexcept {
  const auto now = clock::now();
  auto oldest = now;
  for (const auto& one : behind_since_)
    if (const auto since = one.load(std::memory_order_relaxed); since != 0)
      oldest = std::min(oldest, time_point{time_point::duration{since}});
  return std::chrono::duration<double>(now - oldest).count();
}

void copy_metrics::add_to(metrics::collector& collector) const {
  const auto read = [](const auto& of) {
    return [&of] { return static_cast<double>(of.load(std::memory_order_relaxed)); };
  };
  const auto add_counter = [&](const char* name, const char* help, const counter& of,
                               metrics::collector::labels labels = {}) {
    collector.add_counter(name, help, std::move(labels), read(of));
  };
  for (std::size_t i = 0; i < copy_outcome_count; ++i)
    add_counter("troupe_cluster_copies_sent_total",
                "Copies of sessions of this node: what became of them at the node that keeps them.",
                sent_[i], {{"outcome", std::string{to_string(static_cast<copy_outcome>(i))}}});
  collector.add_counter(
      "troupe_cluster_copy_seconds_total",
      "From the first change to the answer of the node that keeps the copy, for all that are kept.",
      {}, [this] {
        return static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) /
               nanoseconds_per_second;
      });
  collector.add_gauge("troupe_cluster_copy_lag_seconds",
                      "Age of the oldest change of a session here that no other node has yet.", {},
                      [this] { return lag_seconds(); });
  collector.add_gauge("troupe_cluster_copies", "Copies that are kept for other nodes.", {},
                      read(kept_));
  collector.add_gauge("troupe_cluster_copies_bytes", "What they take, in bytes.", {},
                      read(kept_bytes_));
  constexpr auto dropped = "Copies for other nodes that were not kept.";
  add_counter("troupe_cluster_copies_dropped_total", dropped, no_room_, {{"reason", "no_room"}});
  add_counter("troupe_cluster_copies_dropped_total", dropped, doubtful_, {{"reason", "node_lost"}});
  for (std::size_t i = 0; i < takeover_outcome_count; ++i)
    add_counter("troupe_cluster_sessions_taken_over_total",
                "Sessions of nodes that crashed, of which this one had a copy.", taken_over_[i],
                {{"outcome", std::string{to_string(static_cast<takeover_outcome>(i))}}});
}

} // namespace troupe::supervision
