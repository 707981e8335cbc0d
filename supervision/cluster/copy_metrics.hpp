#pragma once

// Counts what happens to copies of sessions, for /metrics. Written by the I/O threads, read from any thread.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "troupe/actors/copy_observer.hpp"
#include "troupe/metrics/collector.hpp"

namespace troupe::supervision {

class copy_metrics final : public copy_observer {
public:
  void copy_sent(copy_outcome outcome, std::chrono::nanoseconds took) noexcept override;
  void copies_behind(std::uint32_t thread, time_point since) noexcept override;
  void copies_kept(std::ptrdiff_t count, std::ptrdiff_t bytes) noexcept override;
  void copy_refused() noexcept override { add(no_room_); }
  void copies_doubtful(std::size_t count) noexcept override { add(doubtful_, count); }
  void session_taken_over(takeover_outcome outcome) noexcept override {
    add(taken_over_[static_cast<std::size_t>(outcome)]);
  }

  /// Of these, which outlive the collector's scrapes.
  void add_to(metrics::collector& collector) const;

private:
  using counter = std::atomic<std::uint64_t>;
  /// As many threads as the configuration allows (listen.io_threads).
  static constexpr std::size_t max_threads = 1024;

  static void add(counter& to, std::uint64_t what = 1) noexcept {
    to.fetch_add(what, std::memory_order_relaxed);
  }
  double lag_seconds() const noexcept;

  std::array<counter, copy_outcome_count> sent_{};
  counter nanoseconds_{0};
  std::array<std::atomic<time_point::rep>, max_threads> behind_since_{}; ///< 0: nothing
  std::atomic<std::int64_t> kept_{0};
  std::atomic<std::int64_t> kept_bytes_{0};
  counter no_room_{0};
  counter doubtful_{0};
  std::array<counter, takeover_outcome_count> taken_over_{};
};

} // namespace troupe::supervision
