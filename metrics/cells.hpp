#pragma once

// Numbers that one thread writes and a scrape reads.
//
// The hot path must not pay for being watched: a cell has one writer, so an increment is a plain
// load and a plain store (relaxed atomics, no locked instruction, no shared cache line). What
// several threads count goes into shared_cell. thread_cells.hpp puts them together, collector.hpp
// sums them.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace troupe::metrics {

inline constexpr std::size_t cache_line_bytes = 64;

/// A number with one writer at a time and any number of readers. As a gauge it may be lowered; the
/// sum over all threads is right even where one thread's part has wrapped below zero.
class cell {
public:
  void add(std::uint64_t amount = 1) noexcept { set(value() + amount); }
  void subtract(std::uint64_t amount = 1) noexcept { set(value() - amount); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// A number that any thread may change; one cache line each, so that writers of two do not meet.
class alignas(cache_line_bytes) shared_cell {
public:
  void add(std::uint64_t amount = 1) noexcept {
    value_.fetch_add(amount, std::memory_order_relaxed);
  }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// One cell for each value of a label. Starts on a cache line of its own and ends with one, so two
/// threads' tables never share a line.
class cell_table {
public:
  explicit cell_table(std::size_t size)
      : size_(size), lines_(std::make_unique<line[]>(size / cells_per_line + 1)) {}

  std::size_t size() const noexcept { return size_; }
  /// An index beyond the table is the caller's defect; the last cell takes it, nothing is overrun.
  cell& operator[](std::size_t index) noexcept { return at(index); }
  const cell& operator[](std::size_t index) const noexcept { return at(index); }

private:
  static constexpr std::size_t cells_per_line = cache_line_bytes / sizeof(cell);
  struct alignas(cache_line_bytes) line {
    std::array<cell, cells_per_line> cells;
  };
  cell& at(std::size_t index) const noexcept {
    const auto bounded = std::min(index, size_);
    return lines_[bounded / cells_per_line].cells[bounded % cells_per_line];
  }

  std::size_t size_;
  std::unique_ptr<line[]> lines_;
};

/// Upper bounds of the latency histogram: an inline tool takes some 20 µs, a call may take minutes.
inline constexpr std::array<std::chrono::nanoseconds, 18> latency_bounds{
    std::chrono::microseconds{50},  std::chrono::microseconds{100}, std::chrono::microseconds{250},
    std::chrono::microseconds{500}, std::chrono::milliseconds{1},   std::chrono::microseconds{2500},
    std::chrono::milliseconds{5},   std::chrono::milliseconds{10},  std::chrono::milliseconds{25},
    std::chrono::milliseconds{50},  std::chrono::milliseconds{100}, std::chrono::milliseconds{250},
    std::chrono::milliseconds{500}, std::chrono::seconds{1},        std::chrono::milliseconds{2500},
    std::chrono::seconds{10},       std::chrono::seconds{30},       std::chrono::seconds{120}};

/// One histogram of durations with one writer. A reader may see a sample in its bucket before it
/// sees it in the sum; the count is made from the buckets, so a scrape never contradicts itself.
class alignas(cache_line_bytes) histogram_cell {
public:
  static constexpr std::size_t bucket_count = latency_bounds.size() + 1;

  void observe(std::chrono::nanoseconds duration) noexcept {
    const auto bound = std::lower_bound(latency_bounds.begin(), latency_bounds.end(), duration);
    buckets_[static_cast<std::size_t>(bound - latency_bounds.begin())].add();
    sum_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)));
  }

  /// Samples of this bucket alone (not cumulative); the last one has no upper bound.
  std::uint64_t bucket(std::size_t index) const noexcept { return buckets_[index].value(); }
  std::uint64_t sum_nanoseconds() const noexcept { return sum_.value(); }

private:
  std::array<cell, bucket_count> buckets_;
  cell sum_;
};

} // namespace troupe::metrics
